package onebit.dl4j.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Configuration of a layer with parameters. */
abstract class ParameterizedConfiguration extends BaseLayer {

    private static final long serialVersionUID = 1;

    abstract Layer implementation(NeuralNetConfiguration conf, DataType dataType);

    @Override
    public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index, INDArray parameters, boolean initialize,
                             DataType dataType) {
        Layer layer = implementation(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(initializer().init(conf, parameters, initialize));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public void setNIn(InputType in, boolean override) {}

    @Override
    public boolean isPretrainParam(String name) {
        return false;
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType in) {
        return null;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType in) {
        InputType out = getOutputType(0, in);
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), in, out).standardMemory(parameters, parameters)
            .workingMemory(0, 0, parameters, in.arrayElementsPerExample()).cacheMemory(0, 0).build();
    }
}

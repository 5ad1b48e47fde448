package onebit.dl4j.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Configuration of a layer without parameters. */
abstract class OperationConfiguration extends NoParamLayer {

    private static final long serialVersionUID = 1;

    abstract Layer implementation(NeuralNetConfiguration conf, DataType dataType);

    @Override
    public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index, INDArray parameters, boolean initialize,
                             DataType dataType) {
        Layer layer = implementation(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        return layer;
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType in) {
        return null;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType in) {
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), in, getOutputType(0, in)).standardMemory(0, 0).workingMemory(0, 0, 0, 0)
            .cacheMemory(0, 0).build();
    }
}

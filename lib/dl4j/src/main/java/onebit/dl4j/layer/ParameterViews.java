package onebit.dl4j.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of a kind of layer, as views of the part of the network's one array of parameters that is the layer's: one
 * after the other, each in C order.
 *
 * @param <C> the layer's configuration
 */
abstract class ParameterViews<C extends Layer> implements ParamInitializer {

    /** Shapes by name, in order. */
    abstract Map<String, long[]> shapes(C layer);

    /** Writes what a parameter has before training. */
    abstract void initialize(C layer, String name, INDArray values);

    @SuppressWarnings("unchecked")
    private C configuration(Layer layer) {
        return (C) layer;
    }

    private static long size(long[] shape) {
        long size = 1;
        for (long n : shape) size *= n;
        return size;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return shapes(configuration(layer)).values().stream().mapToLong(ParameterViews::size).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.copyOf(shapes(configuration(layer)).keySet());
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return paramKeys(layer).stream().filter(name -> isWeightParam(layer, name)).toList();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of();
    }

    @Override
    public boolean isBiasParam(Layer layer, String name) {
        return false;
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray all, boolean initialize) {
        Map<String, INDArray> views = getGradientsFromFlattened(conf, all);
        views.forEach((name, view) -> {
            conf.addVariable(name);
            if (initialize) initialize(configuration(conf.getLayer()), name, view);
        });
        return views;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray all) {
        INDArray flat = all.reshape(all.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        long from = 0;
        for (Map.Entry<String, long[]> e : shapes(configuration(conf.getLayer())).entrySet()) {
            long to = from + size(e.getValue());
            views.put(e.getKey(), flat.get(NDArrayIndex.interval(from, to)).reshape('c', e.getValue()));
            from = to;
        }
        return views;
    }
}

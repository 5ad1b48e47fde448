package onebit.kit.engines;

import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Execution;
import onebit.engine.Precision;

/**
 * An engine ready to be used, on a device and at a precision that it has here.
 *
 * @param explanation one line on what was taken and why
 */
public record EngineChoice(Engine engine, Device device, Precision precision, String explanation) {

    public Execution execution() {
        return new Execution(engine.name(), device, precision);
    }
}

package onebit.kit.engines;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.run.UserError;

/** An engine that is part of the program; needs nothing. The last choice of {@code auto}: it is there to be right, not fast. */
record BuiltInEngine(Engine engine) implements EngineCandidate {

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public String summary() {
        return "part of the program";
    }

    @Override
    public int preference() {
        return -1;
    }

    @Override
    public boolean automatic(Device device) {
        return true;
    }

    @Override
    public List<Engine.Mode> modes() {
        return engine.modes();
    }

    @Override
    public Engine open(Device device) {
        return engine;
    }

    @Override
    public String fetch(Device device, CpuFeatures processor, Optional<Path> repository) {
        if (modes().stream().noneMatch(mode -> mode.device() == device)) throw new UserError("The engine '" + name() + "' does not compute on " + device.label() + ".");
        return "any machine"; // needs nothing
    }
}

package onebit.kit.engines;

import onebit.engine.Engine;
import onebit.engine.Precision;

/**
 * An engine ready to be used, at a precision that it has here.
 *
 * @param explanation one line on what was taken and why
 */
public record EngineChoice(Engine engine, Precision precision, String explanation) {}

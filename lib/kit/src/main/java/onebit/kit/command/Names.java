package onebit.kit.command;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import onebit.data.CifarSet;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.train.Profile;
import onebit.train.Row;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Names on the command line: what can be given, and what is meant by them. */
public final class Names {

    private Names() {}

    /** Teaches the command line the names of the library's own types. */
    public static void register(CommandLine line) {
        line.registerConverter(Row.class, said(Row::of));
        line.registerConverter(Profile.class, said(Profile::of));
        line.registerConverter(ConvolutionAlgorithm.class, oneOf(ConvolutionAlgorithm.values()));
        line.registerConverter(Device.class, said(Device::of));
        line.registerConverter(CpuFeatures.class, said(CpuFeatures::named));
        line.registerConverter(CifarSet.class, said(CifarSet::named));
        line.registerConverter(BenchCommand.Task.class, oneOf(BenchCommand.Task.values()));
        line.registerConverter(BenchCommand.Norm.class, oneOf(BenchCommand.Norm.values()));
        line.registerConverter(DataCommand.Collection.class, oneOf(DataCommand.Collection.values()));
    }

    /** A constant by its name in lower case. */
    private static <E extends Enum<E>> ITypeConverter<E> oneOf(E[] values) {
        return name -> Arrays.stream(values).filter(v -> label(v).equals(name)).findFirst().orElseThrow(() -> new TypeConversionException(
            "'" + name + "' is none of " + Arrays.stream(values).map(Names::label).collect(Collectors.joining(", ")) + "."));
    }

    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** With the library's own words for a name that it does not know. */
    private static <T> ITypeConverter<T> said(ITypeConverter<T> converter) {
        return name -> {
            try {
                return converter.convert(name);
            } catch (RuntimeException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    static final class Rows implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Row.ALL.stream().map(Row::id).iterator();
        }
    }

    static final class Profiles implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Profile.values()).map(Profile::label).iterator();
        }
    }

    /** Those of this version, without a look at what is installed. */
    static final class Engines implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("auto", "cpu", "torch", "dl4j", "reference").iterator();
        }
    }

    static final class Devices implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Device.values()).map(Device::label).iterator();
        }
    }

    static final class Processors implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return CpuFeatures.X86.iterator();
        }
    }

    static final class Precisions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("auto", "bf16", "float32", "float64").iterator();
        }
    }

    /** Formats of other programs. */
    static final class Formats implements Iterable<String> {

        static final List<String> ALL = List.of("dl4j");

        @Override
        public Iterator<String> iterator() {
            return ALL.iterator();
        }
    }

    static final class Algorithms implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ConvolutionAlgorithm.values()).map(ConvolutionAlgorithm::label).iterator();
        }
    }

    /** What {@code onebit data} fetches. */
    static final class Collections extends Constants {
        Collections() {
            super(DataCommand.Collection.values());
        }
    }

    /** What {@code onebit bench} times. */
    static final class Tasks extends Constants {
        Tasks() {
            super(BenchCommand.Task.values());
        }
    }

    static final class Norms extends Constants {
        Norms() {
            super(BenchCommand.Norm.values());
        }
    }

    /** By their names in lower case. */
    private abstract static class Constants implements Iterable<String> {

        private final List<String> names;

        Constants(Enum<?>[] values) {
            names = Arrays.stream(values).map(Names::label).toList();
        }

        @Override
        public Iterator<String> iterator() {
            return names.iterator();
        }
    }

    static final class DataSets implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return CifarSet.ALL.stream().map(CifarSet::name).iterator();
        }
    }
}

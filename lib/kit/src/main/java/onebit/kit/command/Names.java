package onebit.kit.command;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** Words that completion offers and help lists. */
    private abstract static class Words implements Iterable<String> {

        private final List<String> words;

        Words(List<String> words) {
            this.words = words;
        }

        /** Constants by their names in lower case. */
        Words(Enum<?>[] values) {
            this(Arrays.stream(values).map(Names::label).toList());
        }

        @Override
        public Iterator<String> iterator() {
            return words.iterator();
        }
    }

    static final class Rows extends Words {
        Rows() {
            super(Row.ALL.stream().map(Row::id).toList());
        }
    }

    static final class Profiles extends Words {
        Profiles() {
            super(Arrays.stream(Profile.values()).map(Profile::label).toList());
        }
    }

    /** Those of this version, without a look at what is installed. */
    static final class NamedEngines extends Words {

        static final List<String> ALL = List.of("cpu", "torch", "dl4j", "reference");

        NamedEngines() {
            super(ALL);
        }
    }

    static final class Engines extends Words {
        Engines() {
            super(Stream.concat(Stream.of("auto"), NamedEngines.ALL.stream()).toList());
        }
    }

    static final class Devices extends Words {
        Devices() {
            super(Arrays.stream(Device.values()).map(Device::label).toList());
        }
    }

    static final class Processors extends Words {
        Processors() {
            super(CpuFeatures.X86);
        }
    }

    static final class Precisions extends Words {
        Precisions() {
            super(List.of("auto", "bf16", "float32", "float64"));
        }
    }

    /** Formats of other programs. */
    static final class Formats extends Words {

        static final List<String> ALL = List.of("dl4j");

        Formats() {
            super(ALL);
        }
    }

    static final class Algorithms extends Words {
        Algorithms() {
            super(Arrays.stream(ConvolutionAlgorithm.values()).map(ConvolutionAlgorithm::label).toList());
        }
    }

    /** What {@code onebit data} fetches. */
    static final class Collections extends Words {
        Collections() {
            super(DataCommand.Collection.values());
        }
    }

    /** What {@code onebit bench} times. */
    static final class Tasks extends Words {
        Tasks() {
            super(BenchCommand.Task.values());
        }
    }

    static final class Norms extends Words {
        Norms() {
            super(BenchCommand.Norm.values());
        }
    }

    static final class DataSets extends Words {
        DataSets() {
            super(CifarSet.ALL.stream().map(CifarSet::name).toList());
        }
    }
}

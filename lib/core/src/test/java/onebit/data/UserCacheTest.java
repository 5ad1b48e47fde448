package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserCacheTest {

    private final Path home = Path.of("home").toAbsolutePath();
    private final Path elsewhere = Path.of("elsewhere").toAbsolutePath();

    @Test
    void followsEachSystemsCustom() {
        assertEquals(home.resolve(".cache/onebit"), UserCache.folder(Map.of(), "Linux", home));
        assertEquals(home.resolve("Library/Caches/onebit"), UserCache.folder(Map.of(), "Mac OS X", home));
        assertEquals(elsewhere.resolve("onebit"), UserCache.folder(Map.of("LOCALAPPDATA", elsewhere.toString()), "Windows 11", home));
        assertEquals(home.resolve("AppData/Local/onebit"), UserCache.folder(Map.of(), "Windows 11", home));
    }

    @Test
    void honoursXdgOnLinuxUnlessItIsRelative() {
        assertEquals(elsewhere.resolve("onebit"), UserCache.folder(Map.of("XDG_CACHE_HOME", elsewhere.toString()), "Linux", home));
        assertEquals(home.resolve(".cache/onebit"), UserCache.folder(Map.of("XDG_CACHE_HOME", "relative"), "Linux", home));
    }

    @Test
    void ownVariableNamesTheFolderItself() {
        assertEquals(elsewhere, UserCache.folder(Map.of("ONEBIT_CACHE", elsewhere.toString(), "XDG_CACHE_HOME", home.toString()), "Linux", home));
    }
}

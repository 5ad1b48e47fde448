package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import onebit.run.UserError;
import org.junit.jupiter.api.Test;

class UserCacheTest {

    private final Path home = Path.of("home").toAbsolutePath();
    private final Path elsewhere = Path.of("elsewhere").toAbsolutePath();

    @Test
    void followsEachSystemsCustom() {
        assertEquals(home.resolve(".cache/onebit"), UserCache.folder(Map.of(), "Linux", home.toString()));
        assertEquals(elsewhere.resolve(".cache/onebit"), UserCache.folder(Map.of("HOME", elsewhere.toString()), "Linux", home.toString()));
        assertEquals(home.resolve("Library/Caches/onebit"), UserCache.folder(Map.of(), "Mac OS X", home.toString()));
        assertEquals(elsewhere.resolve("onebit"), UserCache.folder(Map.of("LOCALAPPDATA", elsewhere.toString()), "Windows 11", home.toString()));
        assertEquals(home.resolve("AppData/Local/onebit"), UserCache.folder(Map.of(), "Windows 11", home.toString()));
    }

    @Test
    void honoursXdgOnLinuxUnlessItIsRelative() {
        assertEquals(elsewhere.resolve("onebit"), UserCache.folder(Map.of("XDG_CACHE_HOME", elsewhere.toString()), "Linux", home.toString()));
        assertEquals(home.resolve(".cache/onebit"), UserCache.folder(Map.of("XDG_CACHE_HOME", "relative"), "Linux", home.toString()));
    }

    @Test
    void saysWhatToSetForAUserWithoutAHome() {
        UserError error = assertThrows(UserError.class, () -> UserCache.folder(Map.of("HOME", "relative"), "Linux", "?"));
        assertTrue(error.getMessage().contains("Set HOME, or ONEBIT_CACHE"), error.getMessage());
    }

    @Test
    void ownVariableNamesTheFolderItself() {
        assertEquals(elsewhere, UserCache.folder(Map.of("ONEBIT_CACHE", elsewhere.toString(), "XDG_CACHE_HOME", home.toString()), "Linux", home.toString()));
    }
}

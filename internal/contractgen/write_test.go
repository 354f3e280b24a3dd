package contractgen

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree is what a folder holds: paths, content and whether it can be executed.
func tree(t *testing.T, root string) map[string]string {
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		name, _ := filepath.Rel(root, path)
		if entry.IsDir() {
			out[name] = "folder"
			return nil
		}
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		out[name] = string(content)
		if info.Mode()&0o100 != 0 {
			out[name] += " (can be executed)"
		}
		return nil
	}))
	return out
}

func file(path, content string) File { return File{Path: path, Content: []byte(content)} }

func put(t *testing.T, root, path, content string) {
	path = filepath.Join(root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

func TestWriteReplacesWhatChangedAndRemovesWhatIsStale(t *testing.T) {
	root := t.TempDir()
	put(t, root, "a/same.txt", "same")
	put(t, root, "a/changed.txt", "before")
	put(t, root, "a/stale.txt", "// "+Mark+" long ago")
	put(t, root, "a/own.txt", "by hand")
	put(t, root, "a/own/stale.txt", "// "+Mark+" for somebody else")
	put(t, root, "b/run", "run")
	changed, err := Write(map[string][]File{
		filepath.Join(root, "a"): {file("same.txt", "same"), file("changed.txt", "after"), file("new/new.txt", "new")},
		filepath.Join(root, "b"): {{Path: "run", Content: []byte("run"), Mode: 0o755}},
	})
	require.NoError(t, err)
	for i, path := range changed {
		changed[i], _ = filepath.Rel(root, path)
	}
	assert.ElementsMatch(t, []string{"a/changed.txt", "a/new/new.txt", "a/stale.txt", "b/run"}, changed)
	assert.Equal(t, map[string]string{".": "folder", "a": "folder", "b": "folder", "a/new": "folder", "a/own": "folder", "a/same.txt": "same", "a/changed.txt": "after",
		"a/own.txt": "by hand", "a/own/stale.txt": "// " + Mark + " for somebody else", "a/new/new.txt": "new", "b/run": "run (can be executed)"}, tree(t, root))

	changed, err = Write(map[string][]File{filepath.Join(root, "a"): {file("same.txt", "same"), file("changed.txt", "after"), file("new/new.txt", "new")}})
	require.NoError(t, err)
	assert.Empty(t, changed)
}

func TestWriteThatFailsChangesNothing(t *testing.T) {
	for name, files := range map[string][]File{
		"a file where a folder must be": {file("changed.txt", "after"), file("new/deep/new.txt", "new"), file("own.txt/new.txt", "new")},
		"a folder where a file must be": {file("changed.txt", "after"), file("new/new.txt", "new"), file("own", "new")},
		"outside of the folder":         {file("changed.txt", "after"), file("../other.txt", "new")},
		"the same file twice":           {file("changed.txt", "after"), file("new.txt", "1"), file("new.txt", "2")},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			put(t, root, "changed.txt", "before")
			put(t, root, "own.txt", "by hand")
			put(t, root, "own/own.txt", "by hand")
			put(t, root, "stale.txt", "// "+Mark)
			before := tree(t, root)
			changed, err := Write(map[string][]File{root: files})
			assert.Error(t, err)
			assert.Empty(t, changed)
			assert.Equal(t, before, tree(t, root))
		})
	}
}

// The first files are in place already when one cannot be put there.
func TestWriteThatFailsHalfWayTakesBackWhatItDid(t *testing.T) {
	root := t.TempDir()
	put(t, root, "changed.txt", "before")
	put(t, root, "last.txt", "before")
	put(t, root, ".contractgen-old-last.txt/full.txt", "a folder in the way of the backup")
	put(t, root, "stale.txt", "// "+Mark)
	before := tree(t, root)
	_, err := Write(map[string][]File{root: {file("changed.txt", "after"), file("new.txt", "new"), file("last.txt", "after")}})
	assert.Error(t, err)
	assert.Equal(t, before, tree(t, root))
}

package contractgen

import (
	"io/fs"
	"path"
	"strings"

	"example.com/contacts"
)

// sources are the files of this repository at a path, a file or a folder, to be written at another.
func sources(from, to string) ([]File, error) {
	var files []File
	err := fs.WalkDir(contacts.Sources, from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".pyc") {
			return err
		}
		content, err := contacts.Sources.ReadFile(name)
		file := File{Path: path.Join(to, strings.TrimPrefix(name, from)), Content: content}
		if strings.HasPrefix(string(content), "#!") {
			file.Mode = 0o755
		}
		files = append(files, file)
		return err
	})
	return files, err
}

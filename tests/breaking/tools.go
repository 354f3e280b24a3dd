//go:build tools

// This module pins oasdiff, and keeps what it needs out of the library's go.mod.
package breaking

import _ "github.com/oasdiff/oasdiff"

import type { Recipe } from './roots.ts';

const source = `package main
import (
  "fmt"
  "github.com/BurntSushi/toml"
  "example.com/here"
  "rsc.io/quote"
)
func main() { var x any; _, err := toml.Decode(here.Text, &x); fmt.Println(err, quote.Hello()) }
`;

/**
 * Go programs (Debian 12's Go is new enough): with dependencies, one replaced by a directory and one by another version;
 * stripped, position-independent, a shared library, for other architectures and byte orders; Go's own command, which holds
 * the marker as text too.
 */
export const goPrograms: Recipe = {
  name: 'go',
  script: `
    mkdir -p "$ROOT/bin" "$ROOT/lib" "$ROOT/etc"
    export GOFLAGS=-mod=mod GOTOOLCHAIN=local
    cd app
    go mod tidy
    go build -o "$ROOT/bin/app" .
    go build -ldflags '-s -w' -trimpath -o "$ROOT/bin/stripped" .
    go build -buildmode=pie -o "$ROOT/bin/pie" .
    CGO_ENABLED=1 go build -buildmode=c-shared -o "$ROOT/lib/app.so" .
    chmod 644 "$ROOT/lib/app.so"
    for arch in 386 ppc64 mips; do GOARCH=$arch CGO_ENABLED=0 go build -o "$ROOT/bin/small-$arch" ./small; done
    go build -o "$ROOT/bin/one-file" ../one/one.go
    cp "$(go env GOROOT)/bin/go" "$(go env GOROOT)/bin/gofmt" "$ROOT/bin/"
    cp /bin/true "$ROOT/bin/not-go"
  `,
  files: {
    'app/main.go': source,
    'app/go.mod': `module example.com/App
go 1.19
require (
  github.com/BurntSushi/toml v1.4.0
  rsc.io/quote v1.5.2
  example.com/here v0.0.0
)
replace example.com/here => ../here
replace rsc.io/quote => rsc.io/quote v1.5.1
`,
    'here/go.mod': 'module example.com/here\ngo 1.19\n',
    'here/here.go': 'package here\n\nconst Text = "a = 1"\n',
    'app/small/main.go': 'package main\n\nfunc main() { println("small") }\n',
    'one/one.go': 'package main\n\nfunc main() { println("one") }\n',
  },
};

// Which files of a repository a Go file depends on, by `go list` and go/types: the file that declares
// each object that an identifier stands for. Prints one JSON object. Run it with `go run`.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// listed is what `go list -json` says of a package or of its test variant.
type listed struct {
	Dir        string
	ImportPath string
	Export     string
	GoFiles    []string
	ImportMap  map[string]string
	DepOnly    bool
}

type edge struct {
	via     string
	visible bool
}

type repository struct {
	folder string
	judged map[string]bool
	edges  map[[2]string]edge
}

func main() {
	folder, err := filepath.EvalSymlinks(os.Args[1])
	must(err)
	r := &repository{folder: folder, judged: map[string]bool{}, edges: map[[2]string]edge{}}
	must(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "go.mod" {
			r.readModule(filepath.Dir(path))
		}
		return err
	}))
	r.print()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (r *repository) readModule(dir string) {
	packages := list(dir)
	byPath := map[string]*listed{}
	for _, p := range packages {
		byPath[p.ImportPath] = p
	}
	for _, p := range packages {
		// The program that runs the tests is generated.
		if !p.DepOnly && !strings.HasSuffix(p.ImportPath, ".test") {
			r.readPackage(p, byPath)
		}
	}
}

// list compiles everything, so that imports can be read from export data. Packages that do not
// compile are left out by the missing export data, not by an error.
func list(dir string) []*listed {
	command := exec.Command("go", "list", "-e", "-json=Dir,ImportPath,Export,GoFiles,ImportMap,DepOnly",
		"-deps", "-test", "-export", "./...")
	command.Dir = dir
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	must(err)
	must(command.Start())
	var packages []*listed
	for decoder := json.NewDecoder(out); ; {
		p := new(listed)
		if err := decoder.Decode(p); err == io.EOF {
			break
		} else {
			must(err)
		}
		packages = append(packages, p)
	}
	_ = command.Wait()
	return packages
}

func (r *repository) readPackage(p *listed, byPath map[string]*listed) {
	files := token.NewFileSet()
	var syntax []*ast.File
	for _, name := range p.GoFiles {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, name)
		}
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil || !r.holds(path) {
			continue
		}
		syntax = append(syntax, parsed)
	}
	missing := false
	lookup := func(path string) (io.ReadCloser, error) {
		if mapped, ok := p.ImportMap[path]; ok {
			path = mapped
		}
		if found := byPath[path]; found != nil && found.Export != "" {
			return os.Open(found.Export)
		} else if found != nil && r.holds(found.Dir+"/") {
			missing = true
		}
		return nil, fmt.Errorf("no export data of %s", path)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(files, "gc", lookup), Error: func(error) {}}
	name, _, _ := strings.Cut(p.ImportPath, " ")
	_, _ = config.Check(name, files, syntax, info)
	// A package of the repository that does not compile here leaves its names unknown.
	if missing {
		return
	}
	for _, file := range syntax {
		r.judged[files.Position(file.Pos()).Filename] = true
	}
	used := map[[2]string]bool{}
	for ident, object := range info.Uses {
		r.readUse(files, ident, object, used)
	}
	for _, file := range syntax {
		r.readImports(files, file, p, byPath, used)
	}
}

func (r *repository) readUse(
	files *token.FileSet, ident *ast.Ident, object types.Object, used map[[2]string]bool,
) {
	if _, isImport := object.(*types.PkgName); isImport || object.Pkg() == nil {
		return
	}
	from, to := files.Position(ident.Pos()).Filename, files.Position(object.Pos()).Filename
	if from == to || !r.holds(to) {
		return
	}
	if object.Parent() != nil && object.Parent() == object.Pkg().Scope() {
		used[[2]string{from, filepath.Dir(to)}] = true
		via := "imported name"
		if filepath.Dir(from) == filepath.Dir(to) {
			via = "name of the package"
		}
		r.add(from, to, edge{via, true})
		return
	}
	r.add(from, to, edge{"method or field", false})
}

// readImports accepts, but does not require, an edge to a package of which no name is used: the
// statement names a folder.
func (r *repository) readImports(
	files *token.FileSet, file *ast.File, p *listed, byPath map[string]*listed, used map[[2]string]bool,
) {
	from := files.Position(file.Pos()).Filename
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if mapped, ok := p.ImportMap[path]; ok {
			path = mapped
		}
		target := byPath[path]
		if target == nil || used[[2]string{from, target.Dir}] {
			continue
		}
		for _, name := range target.GoFiles {
			r.add(from, filepath.Join(target.Dir, name), edge{"package without a name", false})
		}
	}
}

func (r *repository) holds(path string) bool {
	return strings.HasPrefix(path, r.folder+string(filepath.Separator))
}

func (r *repository) add(from, to string, e edge) {
	key := [2]string{from, to}
	if known, ok := r.edges[key]; !ok || (e.visible && !known.visible) {
		r.edges[key] = e
	}
}

func (r *repository) relative(path string) string {
	relative, err := filepath.Rel(r.folder, path)
	must(err)
	return relative
}

func (r *repository) print() {
	edges := [][]any{}
	for key, e := range r.edges {
		if r.holds(key[1]) {
			edges = append(edges, []any{r.relative(key[0]), r.relative(key[1]), e.via, e.visible})
		}
	}
	judged := []string{}
	for path := range r.judged {
		judged = append(judged, r.relative(path))
	}
	sort.Strings(judged)
	sort.Slice(edges, func(i, j int) bool { return fmt.Sprint(edges[i]) < fmt.Sprint(edges[j]) })
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{"edges": edges, "judged": judged}))
}

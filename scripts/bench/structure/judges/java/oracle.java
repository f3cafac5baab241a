// Which files of a repository a Java file depends on, by javac's own attribution: the file that
// declares each type, method or field that a name stands for. Prints one JSON object. Run it with
// `java oracle.java FOLDER`; libraries that are not there leave their own names unresolved only.

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

class Oracle {
  record Edge(String via, boolean visible) {}

  final Path folder;
  final Trees trees;
  final Map<String, Map<String, Edge>> edges = new TreeMap<>();

  Oracle(Path folder, Trees trees) {
    this.folder = folder;
    this.trees = trees;
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]).toRealPath();
    List<Path> sources;
    try (var walk = Files.walk(folder)) {
      sources = walk.filter(Oracle::isSource).sorted().toList();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    // Errors, such as missing libraries, must not keep the rest from being attributed.
    var options = List.of("-proc:none", "-XDshould-stop.ifError=FLOW", "-Xlint:none");
    var units = files.getJavaFileObjectsFromPaths(sources);
    var task = (JavacTask) compiler.getTask(null, files, error -> {}, options, null, units);
    var oracle = new Oracle(folder, Trees.instance(task));
    var parsed = new ArrayList<CompilationUnitTree>();
    task.parse().forEach(parsed::add);
    task.analyze();
    for (var unit : parsed) {
      oracle.read(unit);
    }
    oracle.print();
  }

  /** A module's declaration would hide all that it does not open. */
  static boolean isSource(Path path) {
    return path.toString().endsWith(".java") && !path.endsWith("module-info.java");
  }

  void read(CompilationUnitTree unit) {
    String from = relative(unit);
    Map<String, Edge> own = edges.computeIfAbsent(from, key -> new TreeMap<>());
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitIdentifier(IdentifierTree node, Void nothing) {
        add(getCurrentPath(), from, own);
        return super.visitIdentifier(node, nothing);
      }

      @Override
      public Void visitMemberSelect(MemberSelectTree node, Void nothing) {
        add(getCurrentPath(), from, own);
        return super.visitMemberSelect(node, nothing);
      }

      @Override
      public Void visitMemberReference(MemberReferenceTree node, Void nothing) {
        add(getCurrentPath(), from, own);
        return super.visitMemberReference(node, nothing);
      }

      @Override
      public Void visitMethodInvocation(MethodInvocationTree node, Void nothing) {
        add(getCurrentPath(), from, own);
        return super.visitMethodInvocation(node, nothing);
      }

      @Override
      public Void visitNewClass(NewClassTree node, Void nothing) {
        add(getCurrentPath(), from, own);
        return super.visitNewClass(node, nothing);
      }
    }.scan(unit, null);
  }

  void add(TreePath path, String from, Map<String, Edge> own) {
    Element element = trees.getElement(path);
    boolean visible = element instanceof TypeElement && isWritten(path);
    Element outer = element;
    boolean nested = visible && element.getEnclosingElement() instanceof TypeElement;
    while (outer != null && !(outer.getEnclosingElement() == null || isTop(outer))) {
      outer = outer.getEnclosingElement();
    }
    TreePath declared = outer instanceof TypeElement ? trees.getPath(outer) : null;
    if (declared == null) return;
    String to = relative(declared.getCompilationUnit());
    String via = visible ? nameOf(path, nested) : "method or field";
    Edge known = own.get(to);
    boolean better = known == null || (visible && !known.visible());
    if (!to.equals(from) && better) own.put(to, new Edge(via, visible));
  }

  /** The compiler puts types in that nobody wrote: of `x` in `x -> f(x)`, of `var`. */
  boolean isWritten(TreePath path) {
    Tree first = path.getLeaf();
    while (first instanceof MemberSelectTree select) first = select.getExpression();
    if (!(first instanceof IdentifierTree identifier)) return true;
    var unit = path.getCompilationUnit();
    long start = trees.getSourcePositions().getStartPosition(unit, first);
    try {
      String text = unit.getSourceFile().getCharContent(true).toString();
      return start >= 0 && text.startsWith(identifier.getName().toString(), (int) start);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  static boolean isTop(Element element) {
    return element.getEnclosingElement() instanceof javax.lang.model.element.PackageElement;
  }

  static String nameOf(TreePath path, boolean nested) {
    for (TreePath at = path; at != null; at = at.getParentPath()) {
      if (at.getLeaf() instanceof ImportTree) return "import";
    }
    if (path.getLeaf().getKind() == Tree.Kind.MEMBER_SELECT) return "qualified type name";
    return nested ? "nested type name" : "type name";
  }

  String relative(CompilationUnitTree unit) {
    Path path = Path.of(unit.getSourceFile().toUri());
    return folder.relativize(path).toString();
  }

  void print() {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    var lines = new ArrayList<String>();
    edges.forEach((from, targets) -> targets.forEach((to, edge) -> lines.add("["
        + quoted(from) + "," + quoted(to) + "," + quoted(edge.via()) + "," + edge.visible() + "]")));
    var judged = new TreeSet<String>();
    edges.keySet().forEach(path -> judged.add(quoted(path)));
    out.println("{\"edges\":[" + String.join(",", lines) + "],");
    out.println("\"judged\":[" + String.join(",", judged) + "]}");
    out.flush();
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

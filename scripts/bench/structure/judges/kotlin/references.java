/**
 * What every written name of Kotlin sources refers to, by the compiler's own front end. Prints what
 * verdict.ts reads. Arguments: the folder, then the class path of what the sources need.
 */
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.stream.Stream;
import org.jetbrains.kotlin.cli.common.CLIConfigurationKeys;
import org.jetbrains.kotlin.cli.common.config.ContentRootsKt;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.*;
import org.jetbrains.kotlin.cli.jvm.config.JvmContentRootsKt;
import org.jetbrains.kotlin.com.intellij.openapi.util.Disposer;
import org.jetbrains.kotlin.com.intellij.psi.PsiElement;
import org.jetbrains.kotlin.config.*;
import org.jetbrains.kotlin.descriptors.*;
import org.jetbrains.kotlin.psi.*;
import org.jetbrains.kotlin.resolve.*;


public final class KotlinReferences {
  private final Path root;
  private final List<File> classpath;
  private final Set<String> edges = new TreeSet<>();
  private final Set<String> judged = new TreeSet<>();

  private KotlinReferences(Path root, List<File> classpath) {
    this.root = root;
    this.classpath = classpath;
  }

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[0]).toRealPath();
    var classpath = Arrays.stream(arguments).skip(1).map(File::new).toList();
    new KotlinReferences(root, classpath).run();
    System.exit(0);
  }

  private void run() throws Exception {
    List<String> sources;
    try (Stream<Path> all = Files.walk(root)) {
      sources = all.map(Path::toString).filter(name -> name.endsWith(".kt")).sorted().toList();
    }
    // A common source set is compiled without the platform's, which it cannot see.
    var common = sources.stream().filter(KotlinReferences::isCommon).toList();
    if (!common.isEmpty()) analyze(common, common);
    analyze(sources, sources.stream().filter(name -> !isCommon(name)).toList());
    System.out.println("{\"edges\":[" + String.join(",", edges) + "],\"judged\":["
        + String.join(",", judged) + "]}");
  }

  private static boolean isCommon(String path) {
    // Sets between the common and the platform's see no platform either: `zlibMain`.
    return path.matches(".*/(?!jvm)\\w+Main/.*");
  }

  private void analyze(List<String> sources, List<String> wanted) {
    var configuration = new CompilerConfiguration();
    configuration.put(CommonConfigurationKeys.MODULE_NAME, "oracle");
    configuration.put(
        CLIConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
    // The front end of Kotlin 1 keeps what each expression refers to; that of 2 does not.
    var features = Map.of(
        LanguageFeature.MultiPlatformProjects, LanguageFeature.State.ENABLED);
    configuration.put(CommonConfigurationKeys.LANGUAGE_VERSION_SETTINGS,
        new LanguageVersionSettingsImpl(
            LanguageVersion.KOTLIN_1_9, ApiVersion.KOTLIN_1_9, Map.of(), features));
    ContentRootsKt.addKotlinSourceRoots(configuration, sources);
    JvmContentRootsKt.addJavaSourceRoots(configuration, List.of(root.toFile()));
    JvmContentRootsKt.addJvmClasspathRoots(configuration, classpath);
    configuration.put(JVMConfigurationKeys.JDK_HOME, new File(System.getProperty("java.home")));
    JvmContentRootsKt.configureJdkClasspathRoots(configuration);
    var environment = KotlinCoreEnvironment.createForProduction(
        Disposer.newDisposable(), configuration, EnvironmentConfigFiles.JVM_CONFIG_FILES);
    var context = KotlinToJVMBytecodeCompiler.INSTANCE.analyze(environment).getBindingContext();
    var chosen = new HashSet<>(wanted);
    for (KtFile file : environment.getSourceFiles()) {
      if (chosen.contains(file.getVirtualFilePath())) readFile(file, context);
    }
  }

  private void readFile(KtFile file, BindingContext context) {
    String from = relative(file.getVirtualFilePath());
    judged.add(quote(from));
    file.accept(new KtTreeVisitorVoid() {
      @Override public void visitReferenceExpression(KtReferenceExpression expression) {
        super.visitReferenceExpression(expression);
        var targets = new ArrayList<DeclarationDescriptor>();
        var one = context.get(BindingContext.REFERENCE_TARGET, expression);
        if (one != null) targets.add(one);
        var several = context.get(BindingContext.AMBIGUOUS_REFERENCE_TARGET, expression);
        if (several != null) targets.addAll(several);
        for (var target : targets) addEdge(from, expression, target);
      }
    });
  }

  private void addEdge(String from, KtReferenceExpression expression, DeclarationDescriptor target) {
    PsiElement declaration = DescriptorToSourceUtils.descriptorToDeclaration(target);
    if (declaration == null || declaration.getContainingFile() == null) return;
    var virtual = declaration.getContainingFile().getVirtualFile();
    String to = virtual == null ? null : relative(virtual.getPath());
    if (to == null || to.equals(from)) return;
    boolean visible = isWritten(expression, target);
    String via = visible ? "name" : "member or convention";
    edges.add("[" + quote(from) + "," + quote(to) + "," + quote(via) + "," + visible + "]");
  }

  /** The name itself says where it is declared: a type, or what stands at the top of a file. */
  private static boolean isWritten(KtReferenceExpression expression, DeclarationDescriptor target) {
    if (!expression.getText().matches("`?[\\p{L}_$][\\p{L}\\p{N}_$]*`?")) return false;
    var declared = target instanceof ConstructorDescriptor constructor
        ? constructor.getConstructedClass() : target;
    return declared instanceof ClassifierDescriptor
        || declared.getContainingDeclaration() instanceof PackageFragmentDescriptor;
  }

  private String relative(String path) {
    Path full = Path.of(path);
    return full.startsWith(root) ? root.relativize(full).toString() : null;
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

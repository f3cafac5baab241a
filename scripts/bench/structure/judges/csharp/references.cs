/**
 * What every written name of C# sources refers to, by the look-up of Mono's compiler: each name is
 * taken from the parsed tree and asked for in the member that it stands in, once all types are
 * defined. What the resolved bodies refer to besides is right, but not required. Arguments: the
 * folder, then those of mcs. Prints what verdict.ts reads.
 */
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Mono.CSharp;

public static class CsharpReferences
{
  const BindingFlags Any =
    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

  class Written
  {
    public ATypeNameExpression Name;
    public MemberCore Member;
    public bool IsType;
    public bool IsAttribute;
  }

  sealed class Identity : IEqualityComparer<object>
  {
    bool IEqualityComparer<object>.Equals(object a, object b) { return ReferenceEquals(a, b); }
    int IEqualityComparer<object>.GetHashCode(object o) { return RuntimeHelpers.GetHashCode(o); }
  }

  static string root;
  static readonly List<Written> written = new List<Written>();
  static readonly Dictionary<MemberCore, HashSet<string>> locals =
    new Dictionary<MemberCore, HashSet<string>>();
  static readonly SortedSet<string> edges = new SortedSet<string>(StringComparer.Ordinal);
  static readonly SortedSet<string> judged = new SortedSet<string>(StringComparer.Ordinal);
  /** Bodies by member: the compiler lets go of them once it has resolved them. */
  static readonly List<KeyValuePair<object, MemberCore>> bodies =
    new List<KeyValuePair<object, MemberCore>>();
  static HashSet<object> seen;
  static bool isResolved;

  public static void Main(string[] arguments)
  {
    root = Path.GetFullPath(arguments[0]).TrimEnd('/') + "/";
    var output = Console.Out;
    Console.SetOut(TextWriter.Null);
    var settings = new CommandLineParser(Console.Error).ParseArguments(arguments.Skip(1).ToArray());
    var context = new CompilerContext(settings, new StreamReportPrinter(TextWriter.Null));
    var module = new ModuleContainer(context);
    RootContext.ToplevelTypes = module;
    var assembly = typeof(ModuleContainer).Assembly;
    var driver = Activator.CreateInstance(assembly.GetType("Mono.CSharp.Driver"), context);
    Call(driver, "Parse", module);
    VisitAll(module);
    try {
      Define(context, module, assembly);
    } catch (Exception error) {
      Console.Error.WriteLine(error);
    } finally {
      Console.Error.WriteLine(context.Report.Errors + " errors");
      foreach (var name in written) LookUp(name);
      isResolved = true;
      VisitAll(module);
      foreach (var body in bodies) Visit(body.Key, body.Value, false, false);
      output.WriteLine("{\"edges\":[" + string.Join(",", edges) + "],\"judged\":["
        + string.Join(",", judged.Select(Quote)) + "]}");
      output.Flush();
      // Sources that do not compile whole leave the compiler in no state to end in.
      Environment.Exit(0);
    }
  }

  /** The steps of the compiler's own driver, without writing anything. */
  static void Define(CompilerContext context, ModuleContainer module, Assembly compiler)
  {
    var output = new AssemblyDefinitionDynamic(module, "oracle", "oracle.dll");
    module.SetDeclaringAssembly(output);
    var importer = new ReflectionImporter(module, context.BuiltinTypes);
    output.Importer = importer;
    var loader = Activator.CreateInstance(
      compiler.GetType("Mono.CSharp.DynamicLoader"), importer, context);
    Call(loader, "LoadReferences", module);
    Call(context.BuiltinTypes, "CheckDefinitions", module);
    Call(output, "Create", AppDomain.CurrentDomain, AssemblyBuilderAccess.Save);
    Call(module, "CreateContainer");
    Call(loader, "LoadModules", output, module.GlobalRootNamespace);
    module.InitializePredefinedTypes();
    module.Define();
    Call(output, "Resolve");
    Call(output, "Emit");
  }

  static void Call(object target, string name, params object[] arguments)
  {
    for (var type = target.GetType(); type != null; type = type.BaseType) {
      var method = type.GetMethods(Any).FirstOrDefault(
        each => each.Name == name && each.GetParameters().Length == arguments.Length);
      if (method == null) continue;
      method.Invoke(target, arguments);
      return;
    }
    throw new MissingMethodException(target.GetType().FullName, name);
  }

  static void VisitAll(ModuleContainer module)
  {
    seen = new HashSet<object>(new Identity());
    VisitContainer(module);
  }

  static void VisitContainer(TypeContainer container)
  {
    if (!seen.Add(container)) return;
    // A file that declares nothing in this configuration is not judged.
    var file = container is TypeDefinition ? FileOf(container) : null;
    if (file != null) judged.Add(file);
    VisitFields(container, container);
    foreach (var inner in ListOf<TypeContainer>(container, "containers")) VisitContainer(inner);
    foreach (var part in ListOf<TypeContainer>(container, "class_partial_parts")) VisitContainer(part);
    foreach (var member in ListOf<MemberCore>(container, "members")) VisitMember(member, member);
  }

  static IEnumerable<T> ListOf<T>(object holder, string field)
  {
    var list = FieldsOf(holder).Where(each => each.Name == field).Select(each => each.GetValue(holder));
    return list.OfType<IEnumerable>().SelectMany(each => each.OfType<T>()).ToList();
  }

  static void VisitMember(MemberCore member, MemberCore context)
  {
    if (!(member is TypeContainer) && seen.Add(member)) VisitFields(member, context);
  }

  static IEnumerable<FieldInfo> FieldsOf(object holder)
  {
    for (var type = holder.GetType(); type != null && type != typeof(object); type = type.BaseType) {
      foreach (var field in type.GetFields(Any)) yield return field;
    }
  }

  static void VisitFields(object holder, MemberCore member)
  {
    foreach (var field in FieldsOf(holder)) {
      if (field.FieldType.IsPrimitive || field.FieldType.IsEnum) continue;
      if (field.FieldType == typeof(string)) continue;
      var isType = typeof(FullNamedExpression).IsAssignableFrom(field.FieldType)
        || field.Name.EndsWith("Type") || field.Name.EndsWith("_type");
      Visit(field.GetValue(holder), member, isType, holder is Mono.CSharp.Attribute);
    }
  }

  static void Visit(object value, MemberCore member, bool isType, bool isAttribute)
  {
    if (value == null) return;
    if (value is MemberSpec) {
      if (isResolved) AddInferred((MemberSpec)value, member);
      return;
    }
    if (value is MemberCore) {
      if (value is AbstractPropertyEventMethod) VisitMember((MemberCore)value, (MemberCore)value);
      else if (value is TypeParameter) VisitMember((MemberCore)value, member);
      return;
    }
    if (value is string || value is CompilerContext || value is Namespace || value is SourceFile) return;
    var items = value as IEnumerable;
    if (items != null && !(value is Expression)) {
      if (!seen.Add(value)) return;
      foreach (var item in items) Visit(item, member, isType || items is List<FullNamedExpression>, false);
      return;
    }
    var type = value.GetType();
    if (type.IsValueType || type.Namespace == null || !type.Namespace.StartsWith("Mono.CSharp")) return;
    if (value is IMemberContext || !seen.Add(value)) return;
    if (!isResolved) Note(value, member, isType, isAttribute);
    VisitFields(value, member);
  }

  static void Note(object value, MemberCore member, bool isType, bool isAttribute)
  {
    if (value is Block) bodies.Add(new KeyValuePair<object, MemberCore>(value, member));
    var name = value as ATypeNameExpression;
    if (name != null) {
      written.Add(
        new Written { Name = name, Member = member, IsType = isType, IsAttribute = isAttribute });
    }
    var local = value as LocalVariable;
    var parameter = value as Parameter;
    var bound = local != null ? local.Name : parameter != null ? parameter.Name : null;
    if (bound == null) return;
    if (!locals.ContainsKey(member)) locals[member] = new HashSet<string>();
    locals[member].Add(bound);
  }

  static void LookUp(Written use)
  {
    try {
      var name = use.Name.Name;
      var type = TypeOf(use, name) ?? (use.IsAttribute ? TypeOf(use, name + "Attribute") : null);
      if (type == null) return;
      var isValue = !use.IsType && use.Name is SimpleName && IsValue(use, name);
      AddEdges(type, use.Member, isValue ? "name of a value" : "name", !isValue);
    } catch (Exception) {
      // A name that the compiler cannot look up refers to nothing.
    }
  }

  static TypeSpec TypeOf(Written use, string name)
  {
    var found = Find(use.Name, name, use.Member);
    var type = found as TypeExpr;
    return type == null ? null : type.Type;
  }

  static FullNamedExpression Find(ATypeNameExpression expression, string name, MemberCore member)
  {
    var context = (IMemberContext)member;
    var alias = expression as QualifiedAliasMember;
    if (alias != null) {
      var space = alias.CreateExpressionFromAlias(context) as NamespaceExpression;
      return space == null ? null
        : space.LookupTypeOrNamespace(context, name, alias.Arity, LookupMode.Probing, alias.Location);
    }
    var access = expression as MemberAccess;
    if (access == null) {
      return context.LookupNamespaceOrType(
        name, expression.Arity, LookupMode.Probing, expression.Location);
    }
    var left = access.LeftExpression as ATypeNameExpression;
    var outer = left == null ? null : Find(left, left.Name, member) as NamespaceExpression;
    return outer == null ? null
      : outer.LookupTypeOrNamespace(context, name, access.Arity, LookupMode.Probing, access.Location);
  }

  /** Whether the name is that of a local or a member, so that the type of that name is not meant. */
  static bool IsValue(Written use, string name)
  {
    HashSet<string> bound;
    if (locals.TryGetValue(use.Member, out bound) && bound.Contains(name)) return true;
    for (var type = ((IMemberContext)use.Member).CurrentType; type != null; type = type.BaseType) {
      var members = MemberCache.FindMembers(type, name, true);
      if (members != null && members.Any(each => !(each is TypeSpec))) return true;
    }
    return false;
  }

  static void AddInferred(MemberSpec spec, MemberCore member)
  {
    var method = spec as MethodSpec;
    var isExtension = method != null && method.IsExtensionMethod;
    var type = spec as TypeSpec ?? spec.DeclaringType;
    if (type != null) AddEdges(type, member, isExtension ? "extension" : "type", isExtension);
    var owner = spec.MemberDefinition as MemberCore;
    if (owner != null) AddEdge(member, owner, isExtension ? "extension" : "member", isExtension);
  }

  /** A partial type is declared by all its parts; from within one, the name says no other. */
  static void AddEdges(TypeSpec type, MemberCore member, string via, bool isVisible)
  {
    var definition = type.MemberDefinition as TypeContainer;
    if (definition == null) {
      var element = type as ElementTypeSpec;
      if (element != null) AddEdges(element.Element, member, via, isVisible);
      return;
    }
    var parts = ListOf<TypeContainer>(definition, "class_partial_parts").ToList();
    parts.Add(definition);
    var isOutside = parts.All(part => FileOf(part) != FileOf(member));
    foreach (var part in parts) AddEdge(member, part, via, isVisible && isOutside);
  }

  static void AddEdge(MemberCore from, MemberCore to, string via, bool isVisible)
  {
    string source = FileOf(from), target = FileOf(to);
    if (source == null) return;
    if (target == null || target == source) return;
    edges.Add("[" + string.Join(",", Quote(source), Quote(target), Quote(via)) + ","
      + (isVisible ? "true" : "false") + "]");
  }

  static string FileOf(MemberCore member)
  {
    if (member == null || member.MemberName == null) return null;
    var file = member.Location.SourceFile;
    if (file == null) return null;
    var path = Path.GetFullPath(file.OriginalFullPathName);
    return path.StartsWith(root) ? path.Substring(root.Length) : null;
  }

  static string Quote(string text)
  {
    return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
  }
}

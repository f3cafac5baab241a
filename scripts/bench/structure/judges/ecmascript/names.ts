/** What TypeScript's checker says of the specifiers and names of one file. */
import ts from 'typescript-api';
import type { OracleEdge } from '../../score/oracle.ts';

export type Found = Omit<OracleEdge, 'from'>;

/** Files that specifiers lead to. */
export function readSpecifiers(program: ts.Program, file: ts.SourceFile): Found[] {
  const found: Found[] = [];
  const add = (literal: ts.Node | undefined) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const resolved = ts.resolveModuleName(
      literal.text,
      file.fileName,
      program.getCompilerOptions(),
      ts.sys,
    ).resolvedModule;
    if (resolved !== undefined) {
      found.push({ to: resolved.resolvedFileName, via: 'import', visible: true });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal);
    } else if (ts.isCallExpression(node) && isRequest(node)) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isRequest({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(expression) && expression.text === 'require';
}

/** Files that declare the names used; members of values are found by inference only: left out. */
export function readNames(checker: ts.TypeChecker, file: ts.SourceFile): Found[] {
  const found: Found[] = [];
  const add = (name: ts.Node, via: string) => {
    const symbol = aliased(checker, symbolOf(checker, name));
    const files = new Set(
      (symbol?.declarations ?? []).filter(isOutermost).map((each) => each.getSourceFile().fileName),
    );
    // Merged from several files: each is right.
    for (const to of files) found.push({ to, via, visible: files.size === 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (!isMember(node)) add(node, isGlobal(checker, node) ? 'global name' : 'imported name');
      else if (isOfModule(checker, node)) add(node, 'name through a module');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function symbolOf(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  if (node.parent !== undefined && ts.isShorthandPropertyAssignment(node.parent)) {
    return checker.getShorthandAssignmentValueSymbol(node.parent);
  }
  return checker.getSymbolAtLocation(node);
}

function aliased(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): ts.Symbol | undefined {
  if (symbol === undefined) return symbol;
  if ((symbol.flags & ts.SymbolFlags.Alias) !== 0) {
    return passedOn(checker, checker.getAliasedSymbol(symbol));
  }
  return passedOn(checker, symbol);
}

/** `module.exports = { a }` offers what `a` is, which may be imported itself. */
function passedOn(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined || !ts.isShorthandPropertyAssignment(declaration)) return symbol;
  const value = checker.getShorthandAssignmentValueSymbol(declaration);
  if (value === undefined || (value.flags & ts.SymbolFlags.Alias) === 0) return symbol;
  return checker.getAliasedSymbol(value);
}

/** A declaration at the top of a file, or what a file exports under a name. */
function isOutermost(declaration: ts.Declaration): boolean {
  if (ts.isSourceFile(declaration)) return true;
  const isVariable = ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration);
  let node: ts.Node = declaration;
  if (isVariable) node = ts.findAncestor(declaration, ts.isVariableStatement) ?? declaration;
  if (ts.isParameter(declaration) || ts.isTypeParameterDeclaration(declaration)) return false;
  const { parent } = node;
  // `exports.a = …` and `module.exports = …`.
  const assigned = ts.findAncestor(node, ts.isExpressionStatement);
  return (parent !== undefined && ts.isSourceFile(parent)) || assigned?.parent.kind === fileKind;
}

const fileKind = ts.SyntaxKind.SourceFile;

function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return true;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

/** `a.b` where `a` is a module; asking for the symbol of any other would infer types. */
function isOfModule(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const { parent } = node;
  const owner = ts.isPropertyAccessExpression(parent) ? parent.expression : leftOf(parent);
  if (owner === null || !ts.isEntityName(owner)) return false;
  const symbol = aliased(checker, checker.getSymbolAtLocation(owner));
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
}

function leftOf(node: ts.Node): ts.EntityName | null {
  return ts.isQualifiedName(node) ? node.left : null;
}

/** Declared in a file that is no module, so that everybody sees it. */
function isGlobal(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const [declaration] = checker.getSymbolAtLocation(node)?.declarations ?? [];
  const file = declaration?.getSourceFile();
  return file !== undefined && file !== node.getSourceFile() && !ts.isExternalModule(file);
}

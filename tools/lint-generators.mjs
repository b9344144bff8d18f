// A call of a generator function does nothing until somebody runs what it gives: in src, `em.maximise()` for `yield* em.maximise()`
// is a step left out, and the compiler says nothing. Refuses every such call, and every function given where its result is dropped,
// unless the generator is handed on: to `yield*`, to the caller, to a name, to a loop, or to a parameter that takes one.
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Made up beside the sources: what is to be refused, and what is not. */
const CASES = `${root}src/floating-generators.ts`;

/** Each line is refused if it ends with a mark, and only then. */
const cases = `
type Work<T> = Generator<number, T, void>;
interface Em { write(values: number[]): Work<void>; likelihood(): Work<number> }
declare const em: Em;
declare const maybe: Em | undefined;
declare function runSync<T>(work: Work<T>): T;
declare function each(run: (k: number) => void): void;
declare function eachWork(run: (k: number) => Work<void>): Work<void>;
declare function anything(value: unknown): void;
declare function same<T>(value: T): T;
declare let work: Work<void> | undefined;
function* pieces(): Generator<string> { yield ""; }
async function* lines(): AsyncGenerator<string> { yield ""; }
export function* works(flag: boolean): Work<number> {
  yield* em.write([]);
  em.write([]); // refused
  maybe?.write([]); // refused
  (em.write([])); // refused
  void em.write([]); // refused
  flag && em.write([]); // refused
  flag ? em.write([]) : em.likelihood(); // refused
  em.write([]), em.likelihood(); // refused
  yield em.likelihood() as never; // refused
  if (em.likelihood()) return 1; // refused
  while (!em.likelihood()) return 2; // refused
  const text = \`\${em.likelihood()}\`; // refused
  const sum = 1 + (em.likelihood() as never); // refused
  each((k) => em.write([k])); // refused
  each(function (k) { return em.write([k]); }); // refused
  each(em.likelihood); // refused
  [1].forEach((k) => em.write([k])); // refused
  anything(em.write([])); // refused
  same(em.write([])); // refused
  pieces(); // refused
  work = em.write([]);
  work ??= maybe?.write([]);
  const other = flag ? em.write([]) : (em.write([1]) as Work<void>);
  yield* other;
  yield* flag ? em.write([]) : em.write([1]);
  yield* maybe?.write([]) ?? em.write([2]);
  yield* eachWork((k) => em.write([k]));
  yield* eachWork(function* (k) { yield* em.write([k]); });
  const list = [em.write([]), em.write([1])];
  const held = { work: em.write([]) };
  for (const one of list) yield* one;
  yield* held.work;
  for (const one of pieces()) anything(one);
  const all = [...pieces(), ...Array.from(pieces()), text];
  return runSync(em.likelihood()) + all.length + sum;
}
export async function reads(): Promise<void> {
  lines(); // refused
  await lines(); // refused
  for await (const line of lines()) anything(line);
}
export const handedOn = (): Work<void> => em.write([]);
export const dropped: () => void = () => em.write([]); // refused
export class Holder { work: Work<void> = em.write([]); }
export default works;
`;

const { EqualsToken, QuestionQuestionEqualsToken, QuestionQuestionToken } = ts.SyntaxKind;
const ASSIGNMENTS = new Set([EqualsToken, QuestionQuestionEqualsToken]);

/** @param {ts.TypeChecker} checker @param {ts.Type} type whether it is, or may be, a generator of the language's */
function isGenerator(checker, type) {
  if (type.isUnion()) return type.types.some((one) => isGenerator(checker, one));
  return ["Generator", "AsyncGenerator"].includes(type.symbol?.name) && type.getProperty("next") !== undefined;
}

/** @param {ts.Type} type whether a function of it gives a generator */
function givesGenerator(checker, type) {
  return type.getCallSignatures().some((one) => isGenerator(checker, checker.getReturnTypeOfSignature(one)));
}

/** Whether a place that takes this type runs or keeps what it is given: it is something to iterate over. */
function takesGenerator(checker, type) {
  if (type === undefined) return false;
  if (type.isUnion()) return type.types.some((one) => takesGenerator(checker, one));
  const names = checker.getPropertiesOfType(type).map(({ escapedName }) => String(escapedName));
  return names.some((name) => name === "next" || /^__@(iterator|asyncIterator)/.test(name));
}

/** @param {ts.Expression} call whether the generator that it gives goes somewhere */
function isHandedOn(checker, call) {
  let node = call;
  for (;;) {
    const { parent } = node;
    if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isNonNullExpression(parent))
      node = parent;
    else if (ts.isConditionalExpression(parent) && parent.condition !== node) node = parent;
    else if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === QuestionQuestionToken) node = parent;
    else break;
  }
  const { parent } = node;
  if (ts.isYieldExpression(parent)) return parent.asteriskToken !== undefined;
  if (ts.isArrowFunction(parent)) return true; // where it goes is asked of the function
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    const at = (parent.arguments ?? []).indexOf(node);
    if (at < 0) return false;
    // as it was declared: `same<T>(value: T)` does not run what it is given
    const declared = checker.getResolvedSignature(parent)?.getDeclaration()?.parameters;
    const parameter = declared?.[Math.min(at, declared.length - 1)];
    return parameter !== undefined && takesGenerator(checker, checker.getTypeAtLocation(parameter));
  }
  return (
    ts.isReturnStatement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isForOfStatement(parent) ||
    (ts.isBinaryExpression(parent) && ASSIGNMENTS.has(parent.operatorToken.kind) && parent.right === node)
  );
}

/** Whether a function is given where one is expected whose result nobody looks at. */
function isDropped(checker, expression) {
  // a name's type as it was declared takes no look at what the code before it says
  const symbol = ts.isFunctionLike(expression) ? undefined : checker.getSymbolAtLocation(expression);
  const type = symbol ? checker.getTypeOfSymbol(symbol) : checker.getTypeAtLocation(expression);
  if (!givesGenerator(checker, type)) return false;
  const expected = checker.getContextualType(expression)?.getCallSignatures() ?? [];
  return expected.some((one) => checker.getReturnTypeOfSignature(one).flags & ts.TypeFlags.Void);
}

/** Places of calls whose generator goes nowhere. @param {ts.SourceFile} file */
function floatingIn(checker, file) {
  const found = [];
  const visit = (node) => {
    const isFloating = ts.isCallExpression(node)
      ? !isHandedOn(checker, node) && isGenerator(checker, checker.getTypeAtLocation(node))
      : isExpressionOf(node) && isDropped(checker, node);
    if (isFloating) found.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A function, or the name of one, that stands for a value. */
function isExpressionOf(node) {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return true;
  const { parent } = node;
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return false;
  return (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && (parent.arguments ?? []).includes(node);
}

const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config;
const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, exclude: [] }, ts.sys, root);
const host = ts.createCompilerHost(options);
const { fileExists, getSourceFile } = host;
host.fileExists = (path) => path === CASES || fileExists(path);
host.getSourceFile = (path, target, ...rest) =>
  path === CASES ? ts.createSourceFile(path, cases, target, true) : getSourceFile(path, target, ...rest);
host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
const program = ts.createProgram([CASES, ...fileNames], { ...options, lib: ["lib.es2023.d.ts"], types: [] }, host);
const checker = program.getTypeChecker();

const lines = cases.split("\n");
const expected = lines.flatMap((line, i) => (line.endsWith("// refused") ? [i + 1] : []));
const given = new Set(floatingIn(checker, program.getSourceFile(CASES)));
const wrong = lines.filter((_, i) => given.has(i + 1) !== expected.includes(i + 1));
if (wrong.length > 0) {
  console.error(`floating generators: self-test failed; judged wrongly:\n  ${wrong.join("\n  ")}`);
  process.exit(1);
}
const found = program
  .getSourceFiles()
  .filter(({ fileName, isDeclarationFile }) => fileName.startsWith(`${root}src/`) && !isDeclarationFile)
  .flatMap((file) =>
    file.fileName === CASES
      ? []
      : floatingIn(checker, file).map((line) => `${file.fileName.slice(root.length)}:${line}`),
  );
if (found.length > 0) {
  console.error(`a generator that nobody runs: write yield*, or hand it to a runner\n  ${found.join("\n  ")}`);
  process.exit(1);
}
console.log(
  `floating generators: none in ${fileNames.length} files; ${lines.length} lines of self-test judged rightly`,
);

// transpile.mjs FOLDER FILE.ts...: leaves each file's JavaScript as FOLDER/FILE.mjs, its types stripped and unchecked.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";

const [folder, ...files] = process.argv.slice(2);
const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, esModuleInterop: true };
for (const file of files) {
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions });
  writeFileSync(join(folder, `${basename(file, ".ts")}.mjs`), outputText);
}

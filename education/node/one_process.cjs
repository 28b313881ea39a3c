/*
 * Preloaded into the Node.js process that jsii starts; see education/early_start.py.
 * jsii's main file only starts a second Node.js process, which does the work, and passes some 1,500 messages on to it
 * and back. Here the first process does the work itself: it gets the second one's main file. That file has one pipe
 * for both directions, descriptor 3, where the first process has standard input and output.
 */
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const { Writable } = require("node:stream");

const PASSES_ON = /([\\/])bin[\\/]jsii-runtime\.js$/;
const PIPE = 3;
const resolve = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const file = resolve.apply(this, request);
  const worker = file.replace(PASSES_ON, "$1lib$1program.js");
  if (worker === file || !fs.existsSync(worker)) return file;
  Module._resolveFilename = resolve;
  process.execArgv.push("--preserve-symlinks"); // jsii looks there whether it may link to the packages in its cache
  useStandardStreams();
  return worker;
};

function useStandardStreams() {
  const { readSync, writeSync } = fs;
  fs.openSync(__filename); // if descriptor 3 was free, no other file gets it now
  fs.readSync = (from, ...rest) => readSync(from === PIPE ? 0 : from, ...rest);
  fs.writeSync = (to, ...rest) => writeSync(to === PIPE ? 1 : to, ...rest);
  // What programs print goes to standard error, in the form in which jsii's main file passes it on. What Node.js says
  // itself, of an error that nobody caught, goes there as it is.
  for (const name of ["stdout", "stderr"]) {
    const printed = new Writable({
      write(text, _, done) {
        writeSync(2, `${JSON.stringify({ [name]: text.toString("base64") })}\n`);
        done();
      },
    });
    Object.defineProperty(process, name, { value: printed });
  }
}

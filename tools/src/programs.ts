/** Runs other programs, and ends them when the work is called off. */

import { type ChildProcess, spawn } from 'node:child_process';

const running = new Set<ChildProcess>();

export interface Ended {
  readonly ok: boolean;
  readonly output: string;
  /** The last line on standard error that says anything. */
  readonly complaint: string;
}

/** Never fails: a program that is not there is one that complained. */
export function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    running.add(child);
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.stderr.on('data', (piece: Buffer) => errors.push(piece));
    child.on('error', (error) => errors.push(Buffer.from(error.message)));
    child.on('close', (code) => {
      running.delete(child);
      const lines = Buffer.concat(errors)
        .toString('utf8')
        .split('\n')
        // npm's last word is where its log lies, which tells a person nothing.
        .filter((line) => line.trim() && !line.includes('A complete log of this run'));
      resolve({
        ok: code === 0,
        output: Buffer.concat(output).toString('utf8'),
        complaint: lines.at(-1) || `${program} ended with ${code}`,
      });
    });
  });
}

export function endPrograms(): void {
  for (const child of running) child.kill('SIGTERM');
}

// Codes as files, for hosts that attach files to their messages.

import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import type { ToolResult } from "../../entry/agents.js";
import { UsageError } from "../command.js";

/** @throws UsageError if it is no folder that can be written to */
export function checkImageDir(dir: string): void {
  try {
    accessSync(dir, constants.W_OK);
    if (!statSync(dir).isDirectory()) throw new Error();
  } catch {
    throw new UsageError(`--image-dir ${dir} is not a folder that can be written to.`);
  }
}

/** Adds `image_path` to a result that has an image. A file that can't be written is left out. */
export function withImageFile(result: ToolResult, dir: string): ToolResult {
  const image = result.content.find((part) => part.type === "image");
  const id = result.structuredContent["payment_id"];
  if (image === undefined || typeof id !== "string") return result;
  const path = resolve(join(dir, `itpay-${encodeURIComponent(id)}.png`));
  try {
    // Written under another name first, so that a link in its place is replaced and not followed.
    rmSync(`${path}.part`, { force: true });
    writeFileSync(`${path}.part`, Buffer.from(image.data, "base64"), { mode: 0o600, flag: "wx" });
    renameSync(`${path}.part`, path);
  } catch {
    return result;
  }
  const structuredContent = { ...result.structuredContent, image_path: path };
  return { ...result, structuredContent, content: [image, { type: "text", text: JSON.stringify(structuredContent) }] };
}

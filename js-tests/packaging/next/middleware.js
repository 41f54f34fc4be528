import { exercise } from "./exercise.mjs";

export const config = { matcher: "/middleware" };

export async function middleware() {
  return Response.json(await exercise());
}

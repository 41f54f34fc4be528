// A Worker around one way to verify: once for each request, or as often as `?times=` says, to see what it costs without HTTP.

export const serve = (read, verify) => ({
  async fetch(request, env) {
    const times = Number(new URL(request.url).searchParams.get("times") ?? 1);
    const body = await read(request);
    const header = request.headers.get("X-ItPay-Signature");
    let event = verify(body, header, env.SECRET);
    // Only what is asynchronous is awaited.
    if (event instanceof Promise) {
      event = await event;
      for (let count = 1; count < times; count += 1) await verify(body, header, env.SECRET);
    } else {
      for (let count = 1; count < times; count += 1) verify(body, header, env.SECRET);
    }
    return new Response(event.id);
  },
});

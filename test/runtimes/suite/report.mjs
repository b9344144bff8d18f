// Pages tell the server what they found.

/** Posts what the work gives, or its error. @param {() => Promise<object>} work */
export async function report(work) {
  let body;
  try {
    body = await work();
  } catch (error) {
    body = { error: String(error?.stack ? `${error}\n${error.stack}` : error) };
  }
  await fetch("/report", { method: "POST", body: JSON.stringify(body) });
}

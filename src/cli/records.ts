/** A JSON array in pieces, one record on each line: nothing of it is held, however long it is. */
export async function* jsonArray(records: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const record of records) {
    yield before + JSON.stringify(record);
    before = ",\n";
  }
  yield "\n]\n";
}

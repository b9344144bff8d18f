/** A JSON array in pieces, one record on each line: nothing of it is held, however long it is. */
export function* jsonArray(records: Iterable<object>): Generator<string> {
  let before = "[\n";
  for (const record of records) {
    yield before + JSON.stringify(record);
    before = ",\n";
  }
  yield "\n]\n";
}

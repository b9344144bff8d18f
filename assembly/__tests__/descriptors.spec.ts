// The records that kernels are told rows, models, clusters and climbs by.
import {
  Climb, Clusters, describeClimb, describeClusters, describeFactors, describeMemory, describeModel, describeRows, Model, RECORD_BYTES, Rows,
  tileWeights,
} from "../descriptors";
import { damaged, isFresh, reset, room, tileAt, TILES, where } from "./support.include";

describe("RECORD_BYTES", () => {
  test("holds any record", () => {
    expect(RECORD_BYTES).toBeGreaterThanOrEqual(offsetof<Rows>());
    expect(RECORD_BYTES).toBeGreaterThanOrEqual(offsetof<Model>());
    expect(RECORD_BYTES).toBeGreaterThanOrEqual(offsetof<Clusters>());
    expect(RECORD_BYTES).toBeGreaterThanOrEqual(offsetof<Climb>());
  });
});

describe("a record", () => {
  test("of rows holds every place and size, and nothing over its end", () => {
    reset();
    const rows = room(offsetof<Rows>());
    describeRows(rows, 16, 32, 48, 5, 6, 7);
    const data = changetype<Rows>(rows);
    expect(data.x).toBe(16);
    expect(data.w).toBe(32);
    expect(data.wStep).toBe(48);
    expect(data.N).toBe(5);
    expect(data.D).toBe(6);
    expect(data.T).toBe(7);
    expect(damaged()).toBe(0);
  });

  test("of a model holds its parameters and, once they are told, its factors: neither writes what the other does", () => {
    reset();
    const model = room(offsetof<Model>());
    const mixture = changetype<Model>(model);
    describeFactors(model, 80, 96, 112, 128);
    const factors = offsetof<Model>("factor");
    expect(isFresh(model, factors)).toBe(true);
    describeModel(model, 1, 2, 3, 16, 32, 48, 64);
    expect(mixture.type).toBe(1);
    expect(mixture.D).toBe(2);
    expect(mixture.K).toBe(3);
    expect(mixture.weights).toBe(16);
    expect(mixture.mu).toBe(32);
    expect(mixture.cov).toBe(48);
    expect(mixture.centre).toBe(64);
    expect(mixture.factor).toBe(80);
    expect(mixture.logc).toBe(96);
    expect(mixture.separators).toBe(112);
    expect(mixture.reach).toBe(128);
    expect(damaged()).toBe(0);
  });

  test("of clusters holds every place and size, and nothing over its end", () => {
    reset();
    const clusters = room(offsetof<Clusters>());
    describeClusters(clusters, 9, 16, 32, 48, 64, 80, 96);
    const groups = changetype<Clusters>(clusters);
    expect(groups.K).toBe(9);
    expect(groups.centres).toBe(16);
    expect(groups.metric).toBe(32);
    expect(groups.labels).toBe(48);
    expect(groups.distance).toBe(64);
    expect(groups.bounds).toBe(80);
    expect(groups.drift).toBe(96);
    expect(damaged()).toBe(0);
  });

  test("of a climb holds what passes and M-steps read and leave and, once it is told, its memory: neither writes what the other does", () => {
    reset();
    const climb = room(offsetof<Climb>());
    const way = changetype<Climb>(climb);
    describeMemory(climb, 144, 160, 176, 192, 208, 9, 10);
    expect(isFresh(climb, offsetof<Climb>("points"))).toBe(true);
    describeClimb(climb, 16, 32, 48, 64, 80, 96, 112, 128);
    expect(way.rows).toBe(16);
    expect(way.model).toBe(32);
    expect(way.stats).toBe(48);
    expect(way.homes).toBe(64);
    expect(way.reg).toBe(80);
    expect(way.ridge).toBe(96);
    expect(way.floor).toBe(112);
    expect(way.total).toBe(128);
    expect(way.points).toBe(144);
    expect(way.variances).toBe(160);
    expect(way.state).toBe(176);
    expect(way.trace).toBe(192);
    expect(way.lists).toBe(208);
    expect(way.length).toBe(9);
    expect(way.flags).toBe(10);
    expect(way.stage).toBe(0);
    expect(way.phase).toBe(0);
    expect(damaged()).toBe(0);
  });
});

describe("tileWeights", () => {
  test("without a step gives the ones to every tile but the last, which gets the second row", () => {
    for (let i = 0; i < TILES; ++i) {
      const T = tileAt(i);
      for (let N = 1; N <= 3 * T + 1; ++N) {
        reset();
        const tiles = (N + T - 1) / T;
        const rows = room(RECORD_BYTES);
        describeRows(rows, 0, 1024, 0, N, 1, T);
        let wrong = 0;
        for (let t = 0; t < tiles; ++t) {
          if (tileWeights(changetype<Rows>(rows), t) != (t == tiles - 1 ? 1024 + <usize>T * 8 : 1024)) ++wrong;
        }
        expect(wrong).toBe(0, where("tileWeights", 0, 0, 0, N, T));
      }
    }
  });

  test("with a step moves by it from tile to tile", () => {
    reset();
    const rows = room(RECORD_BYTES);
    describeRows(rows, 0, 1024, 256, 100, 1, 32);
    for (let t = 0; t < 4; ++t) expect(tileWeights(changetype<Rows>(rows), t)).toBe(1024 + <usize>t * 256);
  });
});

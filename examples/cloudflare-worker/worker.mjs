// Scores anomalies at the edge. POST one row or several, as records; the answer has for each its log-density and whether
// it is an anomaly.
//
//   npx wrangler dev
//   curl -d '{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}' localhost:8787
import { Mixture } from "gaussmix/predict";
import model from "./model.json";

const mixture = Mixture.fromJSON(model.mixture);

export default {
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST a row or a list of rows as JSON\n", { status: 405 });
    try {
      const body = await request.json();
      const logDensities = mixture.scoreSamples(Array.isArray(body) ? body : [body]);
      return Response.json(
        Array.from(logDensities, (logDensity) => ({ logDensity, anomaly: logDensity < model.threshold })),
      );
    } catch (error) {
      // what the library says of the row is fit for whoever sent it
      return new Response(`${error.message}\n`, { status: 400 });
    }
  },
};

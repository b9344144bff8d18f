// What a worker costs that reads its request and answers without the library.
export default {
  async fetch(request) {
    const body = await request.json();
    return Response.json([{ logDensity: 0, anomaly: body === null }]);
  },
};

// Readers for programs that only use models: they make a Mixture, without the code of fitting.
import { Mixture, made, named } from "../api/mixture.ts";
import { modelOf } from "../model/model.ts";
import { readBytes } from "./binary.ts";
import { readOnnx } from "./onnx.ts";
import { readScikitLearn } from "./scikit-learn.ts";

/**
 * A mixture from what `toBytes` gave. Parameters are the same to the last bit.
 *
 * @param bytes - the whole file; at any offset of its buffer.
 * @returns the mixture.
 * @throws {TypeError} If it is not such a file.
 * @throws {RangeError} If it is damaged, of another version, or its parts do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * import { fromBytes } from "gaussmix/predict";
 * const mixture = fromBytes(await (await fetch("model.bin")).arrayBuffer());
 */
export function fromBytes(bytes: Uint8Array | ArrayBuffer): Mixture {
  return Mixture.fromParameters(readBytes(bytes));
}

/**
 * A mixture from the attributes of a fitted `GaussianMixture` of scikit-learn, written as JSON (docs/interchange.md has the
 * lines of Python).
 *
 * @param json - the text, or the parsed object.
 * @returns the same distribution; numbers are taken as they are.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If an attribute is missing or does not fit the others, or the model is a
 *   `BayesianGaussianMixture`, whose density is none of a mixture of normals.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * import { fromScikitLearn } from "gaussmix/predict";
 * const mixture = fromScikitLearn(await (await fetch("scikit-learn.json")).text());
 */
export function fromScikitLearn(json: string | object): Mixture {
  const { parameters, columns } = readScikitLearn(json);
  return made(named(modelOf(parameters), columns));
}

/**
 * A mixture from an ONNX model, as skl2onnx writes a `GaussianMixture` of scikit-learn: any covariance type. Convert with
 * `DoubleTensorType`: a model for `FloatTensorType` holds seven digits.
 *
 * @param bytes - the whole file; at any offset of its buffer.
 * @returns the mixture.
 * @throws {TypeError} If it is neither an ArrayBuffer nor a view of one.
 * @throws {RangeError} If it is not such a model: damaged, a `BayesianGaussianMixture`, a pipeline, another estimator.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * import { fromOnnx } from "gaussmix/predict";
 * const mixture = fromOnnx(await (await fetch("gm.onnx")).arrayBuffer());
 */
export function fromOnnx(bytes: Uint8Array | ArrayBuffer): Mixture {
  return Mixture.fromParameters(readOnnx(bytes));
}

// A process that only loads the library.
import "gaussmix";

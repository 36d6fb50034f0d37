"""The cases of the request matrix, one module per noun. Importing this package registers them all."""

from . import aliases, imports, keys, listing, protocol, records  # noqa: F401
from . import regions, signing, states, tags, verifying  # noqa: F401

#pragma once

#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"

namespace pantheon::cluster {

/// A JSON value and the binary its placeholders stand for (socketio::placeholder).
struct PackedValue {
  core::json::value value;
  std::vector<core::ByteVector> attachments;
};

/// MessagePack (https://github.com/msgpack/msgpack) as notepack.io 2 and 3 write it, which
/// @socket.io/redis-adapter uses: `undefined` (fixext 1 of type 0) becomes null, a date (the timestamps of
/// the specification, or fixext 8 of type 0) its ISO 8601 text, binary and ArrayBuffers (ext of type 0)
/// attachments; what JSON cannot say (NaN) becomes null. Keys of maps are strings or integers. At most 32
/// levels and nothing behind the value: else `bad_cluster_message`.
core::Result<PackedValue> from_msgpack(core::ByteView bytes);

/// The same backwards; a placeholder of an attachment becomes binary.
core::ByteVector to_msgpack(const core::json::value& value,
                            const std::vector<core::ByteVector>& attachments = {});

}  // namespace pantheon::cluster

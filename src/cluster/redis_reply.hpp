#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"

struct redisReader;

namespace pantheon::cluster {

/// An answer of Redis, or a message it pushes.
struct RedisReply {
  enum class Type : std::uint8_t { nil, text, error, integer, array };
  Type type = Type::nil;
  std::string text;  ///< also of an error
  std::int64_t integer = 0;
  std::vector<RedisReply> elements;

  bool is_text(std::string_view expected) const { return type == Type::text && text == expected; }
};

/// Takes replies out of the bytes of a connection (RESP 2; hiredis takes them apart). After an error it must
/// not be used again. Bounded: 16 MiB and 65,536 elements a reply.
class RedisReplyReader {
 public:
  RedisReplyReader();
  /// `bad_redis_reply` when too much waits for its end.
  core::Result<void> feed(std::string_view bytes);
  /// The next whole reply, or nothing until more bytes are there; `bad_redis_reply`.
  core::Result<std::optional<RedisReply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
};

/// A command as bytes: an array of strings, which may hold anything.
std::string encode_command(const std::vector<std::string>& arguments);

}  // namespace pantheon::cluster

#include "cluster/redis_reply.hpp"

#include <hiredis/read.h>

#include "cluster/error.hpp"

namespace pantheon::cluster {
namespace {

constexpr core::Bytes kMaxReply{16 * 1024 * 1024};
constexpr std::size_t kMaxElements = 65'536;

// hiredis calls these while it reads. A reply is a tree: an element goes into the reply of its parent, and
// the pointer to it is used only until the next element of that parent comes.
RedisReply* add(const redisReadTask* task, RedisReply reply) {
  if (task->parent == nullptr) return std::make_unique<RedisReply>(std::move(reply)).release();
  auto* parent = static_cast<RedisReply*>(task->parent->obj);
  return &parent->elements.emplace_back(std::move(reply));
}

void* create_text(const redisReadTask* task, char* bytes, std::size_t size) {
  const bool error = task->type == REDIS_REPLY_ERROR;
  return add(task,
             {error ? RedisReply::Type::error : RedisReply::Type::text, std::string(bytes, size), 0, {}});
}

void* create_integer(const redisReadTask* task, long long value) {
  return add(task, {RedisReply::Type::integer, {}, value, {}});
}

void* create_nil(const redisReadTask* task) {
  return add(task, {});
}

void free_reply(void* reply) {
  const std::unique_ptr<RedisReply> owned(static_cast<RedisReply*>(reply));
}

// The size is an int in hiredis 0.14 and a size_t in later versions.
constexpr auto kCreateArray = [](const redisReadTask* task, auto size) -> void* {
  if (static_cast<std::size_t>(size) > kMaxElements) return nullptr;
  return add(task, {RedisReply::Type::array, {}, 0, {}});
};

redisReplyObjectFunctions* functions() {
  static redisReplyObjectFunctions table = [] {
    redisReplyObjectFunctions made{};
    made.createString = create_text;
    made.createArray = kCreateArray;
    made.createInteger = create_integer;
    made.createNil = create_nil;
    made.freeObject = free_reply;
    return made;
  }();
  return &table;
}

}  // namespace

void RedisReplyReader::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader() : reader_(redisReaderCreateWithFunctions(functions())) {}

core::Result<void> RedisReplyReader::feed(std::string_view bytes) {
  if (reader_ == nullptr) return core::failure(ClusterError::bad_reply, "out of memory");
  if (reader_->len - reader_->pos + bytes.size() > kMaxReply.count)
    return core::failure(ClusterError::bad_reply, "too large");
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != 0)
    return core::failure(ClusterError::bad_reply);
  return {};
}

core::Result<std::optional<RedisReply>> RedisReplyReader::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply) != 0) return core::failure(ClusterError::bad_reply);
  if (reply == nullptr) return std::optional<RedisReply>();
  const std::unique_ptr<RedisReply> owned(static_cast<RedisReply*>(reply));
  return std::optional<RedisReply>(std::move(*owned));
}

std::string encode_command(const std::vector<std::string>& arguments) {
  std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const auto& argument : arguments) {
    bytes.append("$").append(std::to_string(argument.size())).append("\r\n");
    bytes.append(argument).append("\r\n");
  }
  return bytes;
}

}  // namespace pantheon::cluster

// links: pantheon_identity
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json.hpp"
#include "identity/key_book.hpp"
#include "identity/statement.hpp"

namespace {

namespace core = pantheon::core;
using namespace pantheon::identity;

void require(bool condition) {
  if (!condition) std::abort();
}

// A claim signed by us reaches the parser of claims, which a forged signature never does.
void parse_signed_payload(core::ByteView payload) {
  static const auto key = DeviceKey::from_seed(Seed{1, 2, 3});
  core::ByteVector bytes;
  core::append_field(bytes, "pantheon-statement/1");
  core::append_field(bytes, payload);
  const core::json::object object{{"payload", core::to_base64url(payload)},
                                  {"by", to_text(key.public_key())},
                                  {"signature", to_text(key.sign(bytes))}};
  const auto statement = Statement::parse(object);
  if (!statement) return;
  require(statement->to_json() == object);
  require(!statement->claim().account.empty() && statement->claim().name.size() <= 128);
  KeyBook book(statement->claim().account, KeyBook::FirstSight::refuse);
  require(book.pin("voucher", key.public_key()).has_value());
  book.learn({&*statement, 1});
  require(KeyBook::from_json(book.to_json()).has_value());
}

}  // namespace

// No text is a statement without a valid signature, and what a signed one says never exceeds the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto statement = Statement::parse(text)) {
    require(Statement::parse(statement->to_text()).has_value());
  }
  if (const auto object = core::parse_json_object(text)) static_cast<void>(KeyBook::from_json(*object));
  parse_signed_payload({data, size});
  return 0;
}

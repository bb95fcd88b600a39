#include "app/device_state.hpp"

#include "app/error.hpp"
#include "platform/file_lock.hpp"
#include "platform/paths.hpp"

namespace pantheon::app {
namespace {

constexpr const char* kHomeKey = "home.key";

core::Result<identity::DeviceKey> load_key(const std::filesystem::path& file) {
  const auto text = platform::read_file(file);
  if (!text) return core::failure(text.error());
  auto key = identity::DeviceKey::from_seed_text(*text);
  if (!key) return core::failure(AppError::bad_device_file, file.string());
  return key;
}

core::Result<identity::DeviceKey> make_key(const std::filesystem::path& file) {
  auto key = identity::DeviceKey::generate();
  if (const auto written = platform::write_private_file(file, key.seed_text()); !written) {
    return core::failure(written.error());
  }
  return key;
}

core::Result<identity::DeviceKey> load_or_make_key(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? load_key(file) : make_key(file);
}

core::Result<identity::DeviceKey> load_home_key(const std::filesystem::path& folder,
                                                const identity::DeviceKey& usual) {
  const auto file = folder / kHomeKey;
  if (!std::filesystem::exists(file)) return usual;
  return load_key(file);
}

core::Result<std::optional<identity::DeviceKey>> parse_own_key(const core::json::object& object) {
  const auto seed = core::get_string(object, "ownKey");
  if (!seed) return std::nullopt;
  auto key = identity::DeviceKey::from_seed_text(*seed);
  if (!key) return core::failure(key.error());
  return std::optional(std::move(*key));
}

core::Result<Membership> parse_membership(const core::json::object& object, const std::string& file) {
  const auto* book_object = core::get_object(object, "book");
  if (book_object == nullptr) return core::failure(AppError::bad_device_file, file);
  auto book = identity::KeyBook::from_json(*book_object);
  auto own_key = parse_own_key(object);
  if (!book || !own_key) return core::failure(AppError::bad_device_file, file);
  const auto* statements = core::get_array(object, "statements");
  return Membership{std::string(core::get_string(object, "account").value_or("")),
                    std::move(*book),
                    statements == nullptr ? core::json::array{} : *statements,
                    std::string(core::get_string(object, "accessToken").value_or("")),
                    std::string(core::get_string(object, "refreshToken").value_or("")),
                    std::move(*own_key)};
}

}  // namespace

core::Result<DeviceState> DeviceState::open(const std::filesystem::path& folder) {
  if (const auto made = platform::make_private_folder(folder / "accounts"); !made)
    return core::failure(made.error());
  const auto lock = platform::lock_file(folder / "lock");
  if (!lock) return core::failure(lock.error());
  if (*lock < 0) return core::failure(AppError::already_running, folder.string());
  const auto key = load_or_make_key(folder / "device.key");
  const auto home_key = key ? load_home_key(folder, *key) : key;
  if (!home_key) {
    platform::unlock_file(*lock);
    return core::failure(home_key.error());
  }
  return DeviceState(folder, *key, *home_key, *lock);
}

DeviceState::DeviceState(std::filesystem::path folder, identity::DeviceKey key, identity::DeviceKey home_key,
                         int lock)
    : folder_(std::move(folder)), key_(key), home_key_(home_key), lock_(lock) {}

DeviceState::DeviceState(DeviceState&& other) noexcept
    : folder_(std::move(other.folder_)),
      key_(other.key_),
      home_key_(other.home_key_),
      lock_(std::exchange(other.lock_, -1)) {}

core::Result<void> DeviceState::renew_home_key() {
  const auto fresh = make_key(folder_ / kHomeKey);
  if (!fresh) return core::failure(fresh.error());
  home_key_ = *fresh;
  return {};
}

DeviceState::~DeviceState() {
  if (lock_ >= 0) platform::unlock_file(lock_);
}

std::filesystem::path DeviceState::file_of(const std::string& server) const {
  const auto digest = identity::sha256(core::as_bytes(server));
  const auto name = server == "home" ? server : core::to_hex(core::ByteView(digest).first(16));
  return folder_ / "accounts" / (name + ".json");
}

core::Result<std::optional<Membership>> DeviceState::load(const std::string& server) const {
  const auto file = file_of(server);
  if (!std::filesystem::exists(file)) return std::nullopt;
  const auto text = platform::read_file(file);
  if (!text) return core::failure(text.error());
  const auto object = core::parse_json_object(*text);
  if (!object) return core::failure(AppError::bad_device_file, file.string());
  auto membership = parse_membership(*object, file.string());
  if (!membership) return core::failure(membership.error());
  return std::optional(std::move(*membership));
}

core::Result<void> DeviceState::save(const std::string& server, const Membership& membership) const {
  core::json::object object{{"server", server},
                            {"account", membership.account},
                            {"book", membership.book.to_json()},
                            {"statements", membership.statements},
                            {"accessToken", membership.access_token},
                            {"refreshToken", membership.refresh_token}};
  if (membership.own_key) object["ownKey"] = membership.own_key->seed_text();
  return platform::write_private_file(file_of(server), core::serialize_json(object));
}

}  // namespace pantheon::app

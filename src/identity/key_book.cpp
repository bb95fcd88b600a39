#include "identity/key_book.hpp"

#include <algorithm>

#include "identity/error.hpp"

namespace pantheon::identity {
namespace {

namespace json = core::json;

constexpr int kMaxChain = 8;
constexpr std::size_t kMaxDevices = 1024;
constexpr std::size_t kMaxStatements = 1024;

bool same(const Statement& a, const Statement& b) {
  return a.by() == b.by() && std::ranges::equal(a.payload(), b.payload());
}

/// A key that has named its successor speaks for the device no longer.
bool is_superseded(std::span<const Statement> statements, const std::string& device_id,
                   const PublicKey& key) {
  return std::ranges::any_of(statements, [&](const Statement& statement) {
    return statement.claim().type == StatementType::rekey && statement.claim().device_id == device_id &&
           statement.by() == key && statement.claim().public_key != key;
  });
}

/// Ids that are made from a key can be checked against it, even by who never saw the device before.
bool id_contradicts_key(const std::string& id, const PublicKey& key) {
  return is_key_made(id) && id != device_id(key);
}

json::object keys_to_json(const std::map<std::string, PublicKey>& keys) {
  json::object object;
  for (const auto& [id, key] : keys) object[id] = to_text(key);
  return object;
}

bool keys_from_json(const json::object& parent, std::string_view name,
                    std::map<std::string, PublicKey>& out) {
  const auto* object = core::get_object(parent, name);
  if (object == nullptr || object->size() > kMaxDevices) return false;
  for (const auto& member : *object) {
    const auto text = core::get_string(*object, member.key());
    if (!text || !check_device_id(member.key())) return false;
    const auto key = parse_public_key(*text);
    if (!key) return false;
    out.emplace(std::string(member.key()), *key);
  }
  return true;
}

}  // namespace

KeyBook::KeyBook(std::string account, FirstSight first_sight)
    : account_(std::move(account)), first_sight_(first_sight) {}

core::Result<void> KeyBook::pin(const std::string& device_id, const PublicKey& key) {
  if (auto valid = check_device_id(device_id); !valid) return valid;
  if (is_revoked(device_id)) return core::failure(IdentityError::device_revoked);
  if (!pins_.contains(device_id) && pins_.size() >= kMaxDevices)
    return core::failure(IdentityError::key_book_full);
  pins_[device_id] = key;
  seen_.erase(device_id);
  ++revision_;
  return {};
}

bool KeyBook::demands_proof(const std::string& device_id) const {
  if (first_sight_ == FirstSight::refuse || is_revoked(device_id) || seen_.contains(device_id)) return true;
  if (is_key_made(device_id)) return true;  // also of a key that made room for others
  const auto accepted = accepted_keys({});
  return std::any_of(accepted.begin(), accepted.end(),
                     [&device_id](const KeyOfDevice& entry) { return entry.first == device_id; });
}

const PublicKey* KeyBook::pinned(const std::string& device_id) const {
  const auto found = pins_.find(device_id);
  return found == pins_.end() ? nullptr : &found->second;
}

// Whether a statement leads from the accepted keys to the one it names.
bool KeyBook::follows(const std::set<KeyOfDevice>& accepted, const Statement& statement) const {
  const auto& claim = statement.claim();
  if (claim.account != account_ || claim.type == StatementType::revoke || is_revoked(claim.device_id))
    return false;
  if (claim.type == StatementType::rekey) return accepted.contains({claim.device_id, statement.by()});
  if (id_contradicts_key(claim.device_id, claim.public_key)) return false;  // only its own key states another
  const auto* pin = pinned(claim.device_id);
  if (pin != nullptr && *pin != claim.public_key)
    return false;  // only the device itself changes a pinned key
  return std::ranges::any_of(accepted,
                             [&](const KeyOfDevice& known) { return known.second == statement.by(); });
}

// What a key said before it named its successor goes on counting; from then on it says nothing for that
// device.
bool KeyBook::is_by_who_still_speaks(const std::set<KeyOfDevice>& accepted,
                                     const Statement& statement) const {
  const auto& claim = statement.claim();
  return std::ranges::any_of(accepted, [&](const KeyOfDevice& known) {
    const auto& [id, key] = known;
    const bool may_sign = claim.type != StatementType::rekey || id == claim.device_id;
    return key == statement.by() && may_sign && !is_superseded(statements_, id, key);
  });
}

bool KeyBook::is_news_that_follows(const std::set<KeyOfDevice>& accepted, const Statement& statement) const {
  return follows(accepted, statement) && is_by_who_still_speaks(accepted, statement);
}

std::set<KeyBook::KeyOfDevice> KeyBook::accepted_keys(std::span<const Statement> more) const {
  std::set<KeyOfDevice> accepted(pins_.begin(), pins_.end());
  for (int length = 0; length < kMaxChain;
       ++length) {  // one link of the chains a round, whatever their order
    std::set<KeyOfDevice> found;
    const auto visit = [&](const Statement& statement, bool counts) {
      KeyOfDevice named(statement.claim().device_id, statement.claim().public_key);
      if (counts && !accepted.contains(named)) found.insert(std::move(named));
    };
    for (const auto& statement : statements_) visit(statement, follows(accepted, statement));
    for (const auto& statement : more) visit(statement, is_news_that_follows(accepted, statement));
    if (found.empty()) break;
    accepted.merge(found);
  }
  return accepted;
}

std::set<KeyBook::KeyOfDevice> KeyBook::accepted() const {
  auto accepted = accepted_keys({});
  std::erase_if(accepted, [this](const KeyOfDevice& known) {
    return is_superseded(statements_, known.first, known.second);
  });
  return accepted;
}

void KeyBook::apply_revocation(const Statement& statement, std::span<const Statement> more) {
  const auto& claim = statement.claim();
  if (claim.account != account_ || is_revoked(claim.device_id) || revoked_.size() >= kMaxDevices) return;
  const auto accepted = accepted_keys(more);
  if (!is_by_who_still_speaks(accepted, statement)) return;
  revoked_.emplace(claim.device_id, statement);
  pins_.erase(claim.device_id);
  seen_.erase(claim.device_id);
  ++revision_;
}

void KeyBook::keep(const Statement& statement) {
  const auto known = [&](const Statement& other) { return same(other, statement); };
  if (statements_.size() >= kMaxStatements || std::ranges::any_of(statements_, known)) return;
  statements_.push_back(statement);
  ++revision_;
}

void KeyBook::learn(std::span<const Statement> statements) {
  for (const auto& statement : statements) {
    if (statement.claim().type == StatementType::revoke) apply_revocation(statement, statements);
  }
  const auto accepted = accepted_keys(statements);
  // Successors last: what came together counts in whatever order, and of two successors the first.
  for (const bool successors : {false, true}) {
    for (const auto& statement : statements) {
      const bool its_turn = (statement.claim().type == StatementType::rekey) == successors;
      if (its_turn && is_news_that_follows(accepted, statement)) keep(statement);
    }
  }
}

core::Result<Trust> KeyBook::accept(const std::string& device_id, const PublicKey& key,
                                    std::span<const Statement> statements) {
  if (auto valid = check_device_id(device_id); !valid) return core::failure(valid.error());
  learn(statements);
  if (is_revoked(device_id)) return core::failure(IdentityError::device_revoked, device_id);
  const auto accepted = accepted_keys(statements);
  if (accepted.contains({device_id, key})) {
    if (is_superseded(statements_, device_id, key))
      return core::failure(IdentityError::key_changed, device_id);
    if (seen_.erase(device_id) > 0) ++revision_;
    const auto* pin = pinned(device_id);
    return pin != nullptr && *pin == key ? Trust::pinned : Trust::vouched;
  }
  const bool known =
      std::ranges::any_of(accepted, [&](const KeyOfDevice& other) { return other.first == device_id; });
  if (known) return core::failure(IdentityError::key_changed, device_id);
  return at_first_sight(device_id, key);
}

// An id that is made from its key is bound to it also when it is forgotten: any of these makes room.
bool KeyBook::has_room_for_seen() {
  if (seen_.size() < kMaxDevices) return true;
  const auto found =
      std::ranges::find_if(seen_, [](const auto& entry) { return entry.first == device_id(entry.second); });
  if (found == seen_.end()) return false;
  seen_.erase(found);
  return true;
}

core::Result<Trust> KeyBook::at_first_sight(const std::string& device_id, const PublicKey& key) {
  if (const auto seen = seen_.find(device_id); seen != seen_.end() && seen->second != key) {
    return core::failure(IdentityError::key_changed, device_id);
  }
  if (first_sight_ == FirstSight::refuse || id_contradicts_key(device_id, key)) {
    return core::failure(IdentityError::key_not_accepted, device_id);
  }
  if (!seen_.contains(device_id)) {
    if (!has_room_for_seen()) return core::failure(IdentityError::key_book_full);
    seen_.emplace(device_id, key);
    ++revision_;
  }
  return Trust::first_sight;
}

json::object KeyBook::to_json() const {
  json::array statements;
  for (const auto& statement : statements_) statements.push_back(statement.to_json());
  json::array revocations;
  for (const auto& [id, statement] : revoked_) revocations.push_back(statement.to_json());
  return {{"version", 1},
          {"account", account_},
          {"firstSight", first_sight_ == FirstSight::remember},
          {"pins", keys_to_json(pins_)},
          {"seen", keys_to_json(seen_)},
          {"statements", std::move(statements)},
          {"revocations", std::move(revocations)}};
}

core::Result<KeyBook> KeyBook::from_json(const json::object& object) {
  const auto invalid = core::failure(IdentityError::invalid_key_book);
  const auto account = core::get_string(object, "account");
  const auto first_sight = core::get_bool(object, "firstSight");
  const auto* statements = core::get_array(object, "statements");
  const auto* revocations = core::get_array(object, "revocations");
  const bool whole = account && first_sight && statements != nullptr && revocations != nullptr;
  if (!whole || core::get_integer(object, "version") != 1) return invalid;
  KeyBook book(std::string(*account), *first_sight ? FirstSight::remember : FirstSight::refuse);
  if (!keys_from_json(object, "pins", book.pins_) || !keys_from_json(object, "seen", book.seen_))
    return invalid;
  book.statements_ = parse_statements(*statements, kMaxStatements);
  if (book.statements_.size() != statements->size()) return invalid;
  const auto parsed = parse_statements(*revocations, kMaxDevices);
  if (parsed.size() != revocations->size()) return invalid;
  for (const auto& statement : parsed) book.revoked_.emplace(statement.claim().device_id, statement);
  return book;
}

}  // namespace pantheon::identity

#include "auth/verified_tokens.hpp"

namespace pantheon::auth {

std::optional<Bearer> VerifiedTokens::find(const identity::Digest& token, core::WallTime now) const {
  const auto found = bearers_.find(token);
  if (found == bearers_.end() || *found->second.expires_at <= now) return std::nullopt;
  return found->second;
}

void VerifiedTokens::add(const identity::Digest& token, const Bearer& bearer) {
  if (!bearer.expires_at || max_tokens_ == 0 || bearers_.contains(token)) return;
  if (order_.size() >= max_tokens_) {
    bearers_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(token);
  bearers_.emplace(token, bearer);
}

void VerifiedTokens::clear() {
  bearers_.clear();
  order_.clear();
}

}  // namespace pantheon::auth

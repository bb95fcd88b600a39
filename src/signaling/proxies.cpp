#include "signaling/proxies.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <mutex>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "http/address.hpp"

namespace pantheon::signaling {
namespace {

using boost::asio::ip::address;
using boost::system::error_code;
using http::unmapped;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711": proxies write all of them.
std::optional<address> parse_hop(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') == std::string_view::npos ? 0 : text.find(']') - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return unmapped(parsed);
}

// The entries of all fields of that name, the nearest proxy's first.
std::vector<std::string_view> hops_of(const http::Headers& headers) {
  std::vector<std::string_view> hops;
  constexpr std::size_t kMostHops = 32;
  const auto& fields = headers.fields();
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!boost::beast::iequals(field->first, "X-Forwarded-For")) continue;
    std::string_view rest = field->second;
    while (hops.size() < kMostHops) {
      const auto comma = rest.rfind(',');
      hops.push_back(rest.substr(comma == std::string_view::npos ? 0 : comma + 1));
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return hops;
}

}  // namespace

struct Proxies::Warned {
  static constexpr std::size_t kMost = 16;
  static constexpr std::chrono::minutes kPause{1};

  static bool is_first(std::vector<address>& told, const address& connection) {
    if (told.size() >= kMost || std::ranges::find(told, connection) != told.end()) return false;
    told.push_back(connection);
    return true;
  }

  bool may_hint(const address& connection, core::SteadyTime now) {
    const std::scoped_lock lock(mutex);
    if (now < next || !is_first(hinted, connection)) return false;
    next = now + kPause;
    return true;
  }

  bool may_name_nameless(const address& connection) {
    const std::scoped_lock lock(mutex);
    return is_first(nameless, connection);
  }

  std::mutex mutex;
  std::vector<address> hinted;
  std::vector<address> nameless;  ///< trusted, and told to name nobody
  core::SteadyTime next;
};

Proxies::Proxies() : warned_(std::make_shared<Warned>()) {
  v4_.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
  v6_.push_back(boost::asio::ip::make_network_v6("::1/128"));
}

Proxies Proxies::none() {
  Proxies proxies;
  proxies.v4_.clear();
  proxies.v6_.clear();
  return proxies;
}

core::Result<Proxies> Proxies::parse(const std::vector<std::string>& networks) {
  auto proxies = none();
  for (const auto& text : networks) {
    const bool is_v6 = text.find(':') != std::string::npos;
    const bool is_network = text.find('/') != std::string::npos;
    error_code error;
    // As logs of Node.js have it: an IPv4 address written as IPv6, which connections are never known by.
    const auto whole = boost::asio::ip::make_address(text, error);
    if (!error && whole != unmapped(whole)) {
      proxies.v4_.emplace_back(unmapped(whole).to_v4(), 32);
      continue;
    }
    error.clear();
    if (is_v6) {
      proxies.v6_.push_back(
          boost::asio::ip::make_network_v6(is_network ? text : text + "/128", error).canonical());
    } else {
      proxies.v4_.push_back(
          boost::asio::ip::make_network_v4(is_network ? text : text + "/32", error).canonical());
    }
    if (error) {
      return core::failure(core::CommonError::invalid_argument,
                           text + " is no address or network of a proxy");
    }
  }
  return proxies;
}

bool Proxies::trusts(const address& proxy) const {
  const auto plain = unmapped(proxy);
  if (plain.is_v4()) {
    return std::ranges::any_of(v4_, [&](const auto& network) {
      const auto differing = plain.to_v4().to_uint() ^ network.address().to_uint();
      return network.prefix_length() == 0 || differing >> (32U - network.prefix_length()) == 0;
    });
  }
  return std::ranges::any_of(v6_, [&](const auto& network) {
    return boost::asio::ip::network_v6(plain.to_v6(), network.prefix_length()).canonical() == network;
  });
}

std::optional<address> Proxies::client_of(const address& connection, const http::Headers& headers,
                                          Nameless nameless) const {
  if (!trusts(connection)) {
    if (headers.get("X-Forwarded-For")) hint(connection, "sends X-Forwarded-For");
    return unmapped(connection);
  }
  const auto hops = hops_of(headers);
  if (hops.empty()) {
    if (nameless == Nameless::is_odd && warned_->may_name_nameless(unmapped(connection))) {
      core::logger("signaling")
          ->warn(
              "{} is trusted as a proxy and sends no X-Forwarded-For: its clients are not limited by address",
              unmapped(connection).to_string());
    }
    return std::nullopt;
  }
  auto client = unmapped(connection);
  for (const auto hop : hops) {
    const auto named = parse_hop(hop);
    if (!named) break;  // whatever stands further left, nobody vouches for it
    client = *named;
    if (!trusts(client)) break;
  }
  return client;
}

void Proxies::refused(const address& connection) const {
  if (!trusts(connection)) hint(connection, "is refused for coming too often");
}

// Where nobody is trusted, somebody has said so.
void Proxies::hint(const address& connection, std::string_view what) const {
  if ((v4_.empty() && v6_.empty()) ||
      !warned_->may_hint(unmapped(connection), std::chrono::steady_clock::now()))
    return;
  core::logger("signaling")
      ->warn(
          "{} {}: if it is a reverse proxy of yours, add it to TRUST_PROXY (--trust-proxy, docs/running.md); "
          "until then all its clients count as one address",
          unmapped(connection).to_string(), what);
}

}  // namespace pantheon::signaling

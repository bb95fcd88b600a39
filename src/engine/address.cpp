#include "engine/address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

constexpr std::size_t kMaxAddress = 2048;

std::string_view trim(std::string_view text, std::string_view characters) {
  const auto begin = text.find_first_not_of(characters);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(characters) - begin + 1);
}

/// Go's strconv.ParseInt for a port, which allows a sign.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 65535)
    return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

struct HostPort {
  std::string_view host;
  std::string_view port;
};

/// Go's net.SplitHostPort: nothing where that returns an error, a missing port included.
std::optional<HostPort> split_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  HostPort split{text.substr(0, colon), text.substr(colon + 1)};
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close + 1 != colon) return std::nullopt;
    split.host = text.substr(1, close - 1);
  } else if (split.host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (split.host.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  return split;
}

std::string reachable(std::string host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (!error && address.is_unspecified()) return address.is_v6() ? "::1" : "127.0.0.1";
  return host.empty() ? "127.0.0.1" : host;
}

std::string without_api_suffix(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with("/v1")) path.resize(path.size() - 3);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

core::Result<EngineAddress> make_address(const std::string& scheme, const std::string& host,
                                         std::uint16_t port, std::string path) {
  auto url = http::parse_url(scheme + "://" + bracketed(host) + ":" + std::to_string(port) + path);
  if (!url || (url->scheme != "http" && url->scheme != "https"))
    return core::failure(EngineError::address_invalid);
  url->target = without_api_suffix(std::move(path));
  return EngineAddress{.base = *std::move(url), .api_key = {}, .approved = false};
}

bool same_place(const EngineAddress& a, const EngineAddress& b) {
  return a.base.port == b.base.port && a.base.target == b.base.target &&
         (a.base.host == b.base.host || (a.base.host == "localhost" && b.base.host == "127.0.0.1") ||
          (b.base.host == "localhost" && a.base.host == "127.0.0.1"));
}

void add_once(std::vector<EngineAddress>& list, EngineAddress address) {
  if (std::none_of(list.begin(), list.end(), [&](const auto& other) { return same_place(other, address); })) {
    list.push_back(std::move(address));
  }
}

}  // namespace

core::Result<EngineAddress> ollama_address(std::string_view ollama_host) {
  auto text = trim(trim(ollama_host, " \t\r\n"), "\"'");
  text = trim(text, " \t\r\n");
  if (text.size() > kMaxAddress)
    return core::failure(EngineError::address_invalid, "OLLAMA_HOST is too long");
  std::string scheme = "http";
  std::uint16_t default_port = kOllamaPort;
  if (const auto mark = text.find("://"); mark != std::string_view::npos) {
    scheme = text.substr(0, mark);
    if (scheme == "http") default_port = 80;
    if (scheme == "https") default_port = 443;
    text.remove_prefix(mark + 3);
  } else if (text == "ollama.com") {
    scheme = "https";
    text = "ollama.com:443";
  }
  const auto slash = text.find('/');
  const std::string path(slash == std::string_view::npos ? std::string_view() : text.substr(slash));
  text = text.substr(0, slash);
  std::string host;
  std::uint16_t port = default_port;
  if (const auto split = split_host_port(text)) {
    host = split->host;
    port = parse_port(split->port).value_or(default_port);
  } else {
    host = trim(text, "[]");
  }
  auto address = make_address(scheme, reachable(std::move(host)), port, path);
  if (!address) return core::failure(EngineError::address_invalid, "OLLAMA_HOST");
  return address;
}

core::Result<EngineAddress> engine_address(std::string_view text) {
  text = trim(text, " \t\r\n");
  if (text.empty() || text.size() > kMaxAddress)
    return core::failure(EngineError::address_invalid, "--engine");
  const std::string whole =
      text.find("://") == std::string_view::npos ? "http://" + std::string(text) : std::string(text);
  auto url = http::parse_url(whole);
  const bool usable =
      url && (url->scheme == "http" || url->scheme == "https") && url->target.find('?') == std::string::npos;
  if (!usable) return core::failure(EngineError::address_invalid, "--engine");
  url->target = without_api_suffix(url->target);
  url->host = reachable(url->host);
  return EngineAddress{.base = *std::move(url), .api_key = {}, .approved = true};
}

core::Result<std::vector<EngineAddress>> candidate_addresses(const CandidateOptions& options) {
  std::vector<EngineAddress> list;
  for (const auto& text : options.engines) {
    auto address = engine_address(text);
    if (!address) return core::failure(address.error());
    address->api_key = options.api_key;
    add_once(list, *std::move(address));
  }
  if (!options.own.empty()) {
    auto own = engine_address(options.own);
    if (!own) return core::failure(own.error());
    add_once(list, *std::move(own));
  }
  if (!options.search) return list;
  auto ollama = ollama_address(options.ollama_host);
  if (!ollama) return core::failure(ollama.error());
  add_once(list, *std::move(ollama));
  for (const auto port : {kLmStudioPort, kLlamaServerPort}) {
    auto local = make_address("http", "127.0.0.1", port, "");
    if (local) add_once(list, *std::move(local));
  }
  return list;
}

}  // namespace pantheon::engine

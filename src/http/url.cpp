#include "http/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "http/error.hpp"

namespace pantheon::http {
namespace {

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" || scheme == "wss" ? 443 : 80;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// parse_uri takes any number of digits.
bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool known_scheme(std::string_view scheme) {
  return scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss";
}

// `host:port` or `host`, without port and brackets; empty when it is neither.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos || (end + 1 < authority.size() && authority[end + 1] != ':')) return {};
    return authority.substr(1, end - 1);
  }
  const auto colon = authority.find(':');
  return colon == authority.rfind(':') ? authority.substr(0, colon)
                                       : authority;  // more: IPv6 without brackets
}

std::optional<boost::asio::ip::address> literal(std::string_view host) {
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  return no_address ? std::nullopt : std::optional(address);
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text.append(":").append(std::to_string(port));
  return text;
}

std::string Url::origin() const {
  return scheme + "://" + authority();
}

core::Result<Url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return core::failure(HttpError::bad_url);
  Url url;
  url.scheme = std::string(parsed->scheme());
  for (char& c : url.scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (!known_scheme(url.scheme)) return core::failure(HttpError::bad_url, "scheme " + url.scheme);
  if (!parsed->has_authority() || parsed->has_userinfo()) return core::failure(HttpError::bad_url);
  url.host = parsed->host_address();
  if (url.host.empty()) return core::failure(HttpError::bad_url, "no host");
  const std::string_view port(parsed->port().data(), parsed->port().size());
  if (port.empty()) {
    url.port = default_port(url.scheme);
  } else if (!parse_port(port, url.port)) {
    return core::failure(HttpError::bad_url, "port");
  }
  url.target = std::string(parsed->encoded_path());
  if (url.target.empty()) url.target = "/";
  // Boost.URL takes 127.0.0.1.example.org for the address 127.0.0.1 with the path .example.org.
  if (url.target.front() != '/') return core::failure(HttpError::bad_url, "host");
  if (parsed->has_query()) url.target.append("?").append(std::string(parsed->encoded_query()));
  return url;
}

bool is_loopback(std::string_view authority) {
  const auto host = host_of(authority);
  const auto address = literal(host);
  return host == "localhost" || (address && address->is_loopback());
}

bool is_private(std::string_view authority) {
  const auto host = host_of(authority);
  const auto address = literal(host);
  if (!address) return host.ends_with(".local");
  if (address->is_v6()) {
    const auto v6 = address->to_v6();
    return (v6.to_bytes()[0] & 0xFEU) == 0xFCU || v6.is_link_local();
  }
  const auto bits = address->to_v4().to_uint();
  return bits >> 24U == 10 || bits >> 20U == (172U << 4U | 1U) || bits >> 16U == (192U << 8U | 168U) ||
         bits >> 16U == (169U << 8U | 254U);
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> value;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  }
  if (!value) return std::nullopt;
  for (char& c : *value) c = c == '+' ? ' ' : c;
  return percent_decode(*value);
}

}  // namespace pantheon::http

#include "rtc/candidate.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <charconv>
#include <vector>

#include "rtc/error.hpp"

namespace pantheon::rtc {
namespace {

constexpr std::size_t kLongest = 512;
constexpr std::size_t kFields = 8;  // up to and with the candidate's type

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end != 0) fields.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

bool is_number(std::string_view text, std::uint32_t low, std::uint32_t high) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_ice_character(unsigned char c) {
  return std::isalnum(c) != 0 || c == '+' || c == '/';
}

// "0b1c2d3e-....local": 8-4-4-4-12 hexadecimal digits.
bool is_mdns_name(std::string_view name) {
  constexpr std::string_view kSuffix = ".local";
  constexpr std::size_t kUuid = 36;
  if (name.size() != kUuid + kSuffix.size() || !equals_ignoring_case(name.substr(kUuid), kSuffix))
    return false;
  for (std::size_t i = 0; i < kUuid; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(name[i]);
    if (dash ? c != '-' : std::isxdigit(c) == 0) return false;
  }
  return true;
}

bool is_unicast_literal(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return false;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  return !error && !address.is_multicast() && !address.is_unspecified() &&
         address != boost::asio::ip::address_v4::broadcast();
}

}  // namespace

core::Result<CandidateUse> judge_candidate(std::string_view candidate) {
  constexpr std::string_view kName = "candidate:";
  if (candidate.empty()) return CandidateUse::ignored;
  if (candidate.size() > kLongest || !is_printable(candidate))
    return core::failure(RtcError::invalid_candidate);
  if (candidate.starts_with("a=")) candidate.remove_prefix(2);
  if (!candidate.starts_with(kName))
    return core::failure(RtcError::invalid_candidate, "no candidate attribute");
  candidate.remove_prefix(kName.size());
  if (candidate.empty()) return CandidateUse::ignored;  // some browsers end their candidates like this

  const auto fields = split(candidate);
  if (fields.size() < kFields) return core::failure(RtcError::invalid_candidate, "too few fields");
  const auto foundation = fields[0], transport = fields[2], address = fields[4], type = fields[7];
  const bool well_formed = foundation.size() <= 32 && std::ranges::all_of(foundation, is_ice_character) &&
                           is_number(fields[1], 1, 256) && is_number(fields[3], 0, 0xffffffff) &&
                           is_number(fields[5], 1, 65535) && fields[6] == "typ" &&
                           (type == "host" || type == "srflx" || type == "prflx" || type == "relay");
  if (!well_formed) return core::failure(RtcError::invalid_candidate, "malformed field");

  const bool mdns = is_mdns_name(address);
  if (!mdns && !is_unicast_literal(address))
    return core::failure(RtcError::invalid_candidate, "address not allowed");
  if (!equals_ignoring_case(transport, "udp")) return CandidateUse::ignored;
  return mdns ? CandidateUse::mdns : CandidateUse::connect;
}

}  // namespace pantheon::rtc

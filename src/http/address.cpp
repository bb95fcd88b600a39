#include "http/address.hpp"

namespace pantheon::http {

boost::asio::ip::address unmapped(const boost::asio::ip::address& from) {
  namespace ip = boost::asio::ip;
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return ip::make_address_v4(ip::v4_mapped, from.to_v6());
}

std::string address_key(const boost::asio::ip::address& from) {
  const auto plain = unmapped(from);
  if (plain.is_v4()) return plain.to_string();
  const auto bytes = plain.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace pantheon::http

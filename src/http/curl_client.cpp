#include "http/curl_pool.hpp"
#include "http/exchange.hpp"

#include "codemate/http/client.hpp"

namespace codemate::http {

namespace {

class CurlClient final : public Client {
public:
    explicit CurlClient(ClientOptions options) : options_(std::move(options)), trust_(trust_of_this_machine()) {}

    Response send(const Request& request, const Receiver& receiver, Stop stop) override {
        CurlPool::Loan handle(pool_);
        Response response = exchange(*handle, request, receiver, options_, trust_, stop);
        handle.give_back();
        return response;
    }

private:
    ClientOptions options_;
    Trust trust_;
    CurlPool pool_;
};

} // namespace

std::unique_ptr<Client> make_client(ClientOptions options) {
    return std::make_unique<CurlClient>(std::move(options));
}

} // namespace codemate::http

#include "codemate/upstream/one_source.hpp"

#include <algorithm>

namespace codemate::upstream {
namespace {

bool is_absent(const Inquiry& inquiry) {
    return inquiry.error && inquiry.error->kind() == Kind::not_found;
}

} // namespace

void inquire_at_one_source(std::vector<Inquiry>& inquiries, const manifest::Manifest& manifest, Texts texts,
                           const Ports& ports, const Run& run) {
    for (Inquiry& inquiry : inquiries)
        inquiry.source = inquiry.name;
    inquire(inquiries, texts, ports, run);
    std::vector<Inquiry> again;
    for (const Inquiry& inquiry : inquiries) {
        const ModelName source = manifest.source_of(inquiry.name);
        if (is_absent(inquiry) && source != inquiry.name)
            again.push_back({inquiry.name, source, inquiry.locked, inquiry.installed});
    }
    inquire(again, texts, ports, run);
    for (Inquiry& answered : again) {
        const auto first = std::ranges::find(inquiries, answered.name, &Inquiry::name);
        if (!is_absent(answered)) *first = std::move(answered);
    }
}

} // namespace codemate::upstream

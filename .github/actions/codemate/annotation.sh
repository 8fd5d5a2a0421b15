# shellcheck shell=bash
# Sourced: remarks for the page of a run.

# annotate LEVEL TEXT: the text is one remark whatever stands in it, and never another command to the runner.
annotate() {
    local text=$2
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    echo "::$1 title=codemate::$text"
}

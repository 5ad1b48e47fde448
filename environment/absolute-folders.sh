# To be sourced: folders that were given relative to where a command is started. Notebooks run in a folder of their own.
for name in ONEBIT_RESULTS ONEBIT_DATA ONEBIT_PUBLISHED; do
    eval "value=\${$name:-}"
    case $value in
        '' | /*) ;;
        *) export "$name=$PWD/$value" ;;
    esac
done

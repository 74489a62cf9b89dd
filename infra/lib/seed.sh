# Seed data: products sku-1 to sku-20 with 1,000 units each, at 9.99, 19.99, … 199.99.
# shellcheck shell=bash

DEMO_PRODUCTS=20
DEMO_QUANTITY=1000
SEED_SECONDS=60

# Adds missing products only: stock that was sold stays sold, and a product that was archived, which has movements all the same, stays archived.
seed_stock() {
  local n
  if [[ ${Auth__PublicKeyFile:-} != "$PUBLIC_KEY" || ${Auth__RoleClaim:-role}=${Auth__AdminRole:-admin} != role=admin ]]; then
    say "No seed data: by its settings (Auth__*) the API takes no token of infra/token.sh for an admin's"
    return
  fi
  say "Storing seed data: sku-1 to sku-$DEMO_PRODUCTS, $DEMO_QUANTITY units each"
  SEED_TOKEN=$(bash infra/token.sh demo --role admin --ttl 600)
  for ((n = 1; n <= DEMO_PRODUCTS; n++)); do
    wait_until "$SEED_SECONDS" seed_product "sku-$n" "$((10 * n - 1)).99" ||
      die "sku-$n could not be stored (the API answered $SEED_STATUS); see $(short_path "$(program_log api)")"
  done
}

seed_product() {
  local url
  url=$(api_url)/inventory/$1
  SEED_STATUS=$(http_status --header "Authorization: Bearer $SEED_TOKEN" "$url/movements?limit=1")
  if [[ $SEED_STATUS == 404 ]]; then
    SEED_STATUS=$(http_status --header "Authorization: Bearer $SEED_TOKEN" --header 'Content-Type: application/json' \
      --request PUT --data "{\"availableQuantity\":$DEMO_QUANTITY,\"unitPrice\":$2}" "$url")
  fi
  [[ $SEED_STATUS == 20? ]]
}

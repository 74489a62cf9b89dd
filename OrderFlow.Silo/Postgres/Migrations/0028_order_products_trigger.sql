-- As 0018 creates it. Databases of versions between 1.0.0 and this one have another condition, by which it would add rows that newer silos add themselves.
CREATE OR REPLACE TRIGGER orders_products_added AFTER INSERT ON orders
  FOR EACH ROW WHEN (NEW.transitions #>> '{0,actor}' IS NULL) EXECUTE FUNCTION add_order_products();
